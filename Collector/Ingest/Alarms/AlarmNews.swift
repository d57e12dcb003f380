import Analytics
import Postgres

/// A change of an alarm's condition on its way to the writer, who applies it to the alarm's row.
struct AlarmNews {
    let asset: AlarmAsset
    let rule: String
    let facts: Alarm.Facts
    let change: AlarmChange
    /// From a backlog: to be noted only.
    let isLate: Bool
}

/// An asset as far as its alarms are concerned.
public struct AlarmAsset: Sendable, Equatable {
    /// Its number in all tables.
    public let number: Int32
    public let id: String
    public let site: String
    public let agent: String

    public init(number: Int32, id: String, site: String, agent: String) {
        self.number = number
        self.id = id
        self.site = site
        self.agent = agent
    }

    init(_ info: AssetInfo) {
        self.init(number: info.number, id: info.id, site: info.site, agent: info.agent)
    }
}

/// A fault that the detectors have found.
struct FaultEntry {
    let asset: AlarmAsset
    let finding: Faults.Finding
}

/// The state of an asset's conditions that goes into a transaction.
struct AlarmStateEntry {
    let site: String
    let text: String
}

/// The alarms of an asset as the ingest thread works with them.
struct AssetAlarms {
    var watch: AlarmWatch
    /// By rule.
    let facts: [Alarm.Facts]
}

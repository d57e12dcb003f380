import Runtime

/// Where the outbox lives and how far it may grow.
public struct OutboxSettings: Sendable, Equatable {
    /// What happens to a new reading when the outbox is full of unreceipted ones.
    public enum WhenFull: String, Sendable, CaseIterable {
        /// It is not accepted: sampling pauses, and the pause is reported.
        case stop
        /// The oldest unreceipted readings give way, and their loss is reported.
        case dropOldest = "drop_oldest"
    }

    public var folder: String
    /// Limit of the database file, without its write-ahead log (≤ 1 MiB more) and the ballast.
    public var maxBytes: Int64
    public var whenFull: WhenFull

    public static let smallestMaxBytes: Int64 = 1 << 20

    public init(folder: String, maxBytes: Int64 = 1 << 30, whenFull: WhenFull = .stop) {
        self.folder = folder
        self.maxBytes = max(maxBytes, OutboxSettings.smallestMaxBytes)
        self.whenFull = whenFull
    }

    /// Receipted records are kept up to here, so that a collector restored from a backup can ask for them again.
    var graceBytes: Int64 { Sabotage.isOn(.noGrace) ? 0 : min(256 << 20, maxBytes / 4) }

    var databasePath: String { folder + "/outbox.db" }
    /// Held by the agent that uses the folder.
    public var lockPath: String { folder + "/outbox.lock" }
    var markPath: String { folder + "/outbox.mark" }
    var witnessPath: String { folder + "/outbox.witness" }
    var ballastPath: String { folder + "/outbox.ballast" }
    var setAsideFolder: String { folder + "/set-aside" }
}

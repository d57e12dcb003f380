/// Names of the metrics that the agent announces and the collector looks for.
public enum MetricName {
    public static let bdSeq = "bdSeq"
    public static let rebirth = "Node Control/Rebirth"
    /// Target of the collector's receipts: `Model.Receipt` as text.
    public static let receipt = "Node Control/Receipt"
    /// Target of the collector's requests to send again: `Model.ResendRequest` as text.
    public static let resend = "Node Control/Resend"

    public static let epoch = "Delivery/Epoch"
    public static let sequence = "Delivery/Sequence"
    public static let chain = "Delivery/Chain"
    public static let first = "Delivery/First"
    public static let receipted = "Delivery/Receipted"
    public static let pending = "Delivery/Pending"
    public static let dropped = "Delivery/Dropped"
    /// A `Model.Report` as text.
    public static let report = "Delivery/Report"

    /// Command to a device: a `Scenarios.ScenarioRequest` as JSON text.
    public static let startScenario = "Device Control/Scenario Start"
    /// Command to a device: a `Scenarios.ScenarioStop` as JSON text.
    public static let stopScenario = "Device Control/Scenario Stop"
    /// Of a device: a `Model.Note`, its text.
    public static let note = "Scenario/Note"
    /// Of a device: the runs that act on it now, as a JSON array.
    public static let scenariosRunning = "Scenario/Running"
    /// Of a device: the scenarios that can be started by command, as a JSON array.
    public static let scenarios = "Properties/Scenarios"

    public static let outboxBytes = "Outbox/Bytes"
    public static let outboxCapacityBytes = "Outbox/Capacity Bytes"
    public static let outboxDaysLeft = "Outbox/Days Left"

    public static let propertiesFolder = "Properties/"
    /// Of a device: the kind of asset it is, `AssetKind.id`.
    public static let assetKind = "Properties/Asset Kind"
}

/// Keys of metric properties: the standard's `Quality`, the customary ones, and ours.
public enum PropertyKey {
    public static let quality = "Quality"
    public static let unit = "engUnit"
    public static let low = "engLow"
    public static let high = "engHigh"
    public static let documentation = "documentation"
    public static let readOnly = "readOnly"

    /// Name of the signal group.
    public static let group = "group"
    /// Index of the signal in its group, from 0.
    public static let position = "position"
    /// Labels of a category signal in order, joined by `|`.
    public static let categories = "categories"

    static func isQuality(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.count == 7 && bytes.elementsEqual(quality.utf8)
    }
}

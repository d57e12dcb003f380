/// How far a reading can be trusted. The raw values are part of the storage format.
public enum Quality: UInt8, Sendable, CaseIterable {
    case good = 0
    /// The sensor gave no new value in time.
    case stale = 1
    /// The value is impossible, or there is none.
    case bad = 2
}

/// The readings of one signal group at one instant: one row of storage, one sequence number.
public struct Frame: Sendable, Equatable {
    /// The group's index in the asset kind.
    public var group: UInt8
    /// Milliseconds since 1970-01-01 UTC, by the agent's clock.
    public var timeMs: Int64
    /// One per signal of the group. A reading without a value is `Frame.noValue` with a quality other than good.
    public var values: [Double]
    /// Empty if every reading is good, else one per value.
    public var qualities: [Quality]

    /// The one NaN that stands for "no value", so that equal frames have equal bytes.
    public static let noValue = Double(bitPattern: 0x7FF8_0000_0000_0000)

    /// Brings what the sensors gave into the one form in which a frame is stored and hashed:
    /// infinite and not-a-number values become `noValue` of bad quality, all-good qualities become empty.
    public init(group: UInt8, timeMs: Int64, values: [Double], qualities: [Quality] = []) {
        self.group = group
        self.timeMs = timeMs
        self.values = values
        self.qualities = qualities.count == values.count ? qualities : []
        for index in values.indices where !values[index].isFinite {
            self.values[index] = Frame.noValue
            if self.qualities.isEmpty { self.qualities = Array(repeating: .good, count: values.count) }
            if self.qualities[index] == .good { self.qualities[index] = .bad }
        }
        if self.qualities.allSatisfy({ $0 == .good }) { self.qualities = [] }
    }

    public func quality(at index: Int) -> Quality {
        qualities.indices.contains(index) ? qualities[index] : .good
    }
}

/// What one sequence number of a stream stands for.
public enum Record: Sendable, Equatable {
    case frame(Frame)
    case report(Report)
    case note(Note)
}

/// The agent's word about something that has happened to the asset: delivered like a frame, under a sequence number of
/// its own, and never dropped.
public struct Note: Sendable, Equatable {
    /// When it was told, in milliseconds since 1970.
    public var timeMs: Int64
    /// A JSON object, stored as it is.
    public var text: String

    public static let longestText = 8_192

    public init(timeMs: Int64, text: String) {
        self.timeMs = timeMs
        self.text = text
    }
}

/// The agent's word about readings that are not there: delivered like a frame, under a sequence number of its own.
public struct Report: Sendable, Equatable {
    public enum Cause: String, Sendable, CaseIterable {
        /// The outbox was full and its policy is to drop the oldest.
        case outboxFull = "outbox_full"
        /// The row's checksum did not match: it was damaged on disk.
        case damaged
        /// An outbox could not be opened and was set aside; what it still held is not known to be delivered.
        case setAside = "set_aside"
        /// Another life of the outbox had used these numbers: the records were given others, and nothing is lost.
        case renumbered
        /// No reading was taken: the agent was not running, was suspended, or its outbox was full and told to stop.
        case notSampled = "not_sampled"
    }

    public var cause: Cause
    /// The stream's epoch that is meant, which may be an earlier one.
    public var epoch: Epoch
    /// The sequence numbers that will never come; nil when no number had been given (`notSampled`) or none is known.
    public var lost: ClosedRange<Int64>?
    /// When it happened, milliseconds since 1970.
    public var fromMs: Int64
    public var toMs: Int64
    /// Ticks without readings, for `notSampled`; else 0.
    public var ticks: Int64

    public init(
        cause: Cause, epoch: Epoch, lost: ClosedRange<Int64>? = nil, fromMs: Int64, toMs: Int64, ticks: Int64 = 0
    ) {
        self.cause = cause
        self.epoch = epoch
        self.lost = lost
        self.fromMs = fromMs
        self.toMs = toMs
        self.ticks = ticks
    }
}

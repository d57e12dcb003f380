import Model

/// The last tick that was committed.
public struct TickMark: Sendable, Equatable {
    public var tick: Int64
    /// When it was, by the agent's clock.
    public var timeMs: Int64

    public init(tick: Int64, timeMs: Int64) {
        self.tick = tick
        self.timeMs = timeMs
    }
}

/// The simulator's state after one tick: what a restart continues from.
public struct Checkpoint: Sendable, Equatable {
    public var asset: String
    public var kind: String
    public var seed: UInt64
    public var tick: Int64
    public var words: [UInt64]

    public init(asset: String, kind: String, seed: UInt64, tick: Int64, words: [UInt64]) {
        self.asset = asset
        self.kind = kind
        self.seed = seed
        self.tick = tick
        self.words = words
    }
}

extension Outbox {
    func save(_ checkpoint: Checkpoint) throws(OutboxFailure) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(checkpoint.words.count * 8)
        for word in checkpoint.words { RecordCoding.append(word, to: &bytes) }
        try setMeta("simulator", .text("\(checkpoint.asset)\n\(checkpoint.kind)\n\(checkpoint.seed)"))
        try setMeta("simulator_tick", .integer(checkpoint.tick))
        try setMeta("simulator_state", .blob(bytes))
    }

    /// The last saved checkpoint; nil if there is none or it is not whole.
    public func checkpoint() throws(OutboxFailure) -> Checkpoint? {
        var identity = ""
        var bytes: [UInt8] = []
        try database.query("SELECT value FROM meta WHERE name = 'simulator'") { row in
            identity = row.text(0)
            return false
        }
        try database.query("SELECT value FROM meta WHERE name = 'simulator_state'") { row in
            bytes = row.blob(0)
            return false
        }
        let parts = identity.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let seed = UInt64(parts[2]), bytes.count % 8 == 0,
            let tick = try Outbox.readMeta("simulator_tick", from: database)
        else { return nil }
        let words = bytes.withUnsafeBytes { raw in
            stride(from: 0, to: raw.count, by: 8).map {
                UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
            }
        }
        return Checkpoint(asset: parts[0], kind: parts[1], seed: seed, tick: tick, words: words)
    }

    func save(_ mark: TickMark) throws(OutboxFailure) {
        try setMeta("tick", .integer(mark.tick))
        try setMeta("tick_time_ms", .integer(mark.timeMs))
    }

    /// The last tick that was committed; nil before the first.
    public func lastTick() throws(OutboxFailure) -> TickMark? {
        guard let tick = try Outbox.readMeta("tick", from: database),
            let timeMs = try Outbox.readMeta("tick_time_ms", from: database)
        else { return nil }
        return TickMark(tick: tick, timeMs: timeMs)
    }

    func setMeta(_ name: String, _ value: Database.Value) throws(OutboxFailure) {
        try Outbox.writeMeta(name, value, to: database)
    }

    static func writeMeta(_ name: String, _ value: Database.Value, to database: Database) throws(OutboxFailure) {
        try database.query(
            "INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
            [.text(name), value])
    }

    static func readMeta(_ name: String, from database: Database) throws(OutboxFailure) -> Int64? {
        try database.integer("SELECT value FROM meta WHERE name = ?", [.text(name)])
    }
}

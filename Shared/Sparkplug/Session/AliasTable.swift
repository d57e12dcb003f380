public import Model

/// The aliases of one agent: the only place where they are given out.
///
/// They start at 1, because some hosts take 0 for "none", and are unique over the node and all its devices.
/// The signals of a group have consecutive aliases. `bdSeq`, `Node Control/…` and `Properties/…` have none:
/// a host that knows nothing must be able to ask, and what never travels as data needs none.
public struct AliasTable: Sendable {
    /// Of the three metrics that every message with a record carries.
    public struct Delivery: Sendable, Equatable {
        public let epoch: UInt64
        public let sequence: UInt64
        public let chain: UInt64
    }

    public struct Node: Sendable, Equatable {
        public let delivery: Delivery
        public let first: UInt64
        public let receipted: UInt64
        public let pending: UInt64
        public let dropped: UInt64
        public let report: UInt64
        public let outboxBytes: UInt64
        public let outboxCapacityBytes: UInt64
        public let outboxDaysLeft: UInt64
    }

    /// An asset as a Sparkplug device.
    public struct Device: Sendable {
        /// The asset's id.
        public let id: String
        /// `AssetKind.id`.
        public let kind: String
        public let groups: [SignalGroup]
        public let delivery: Delivery
        public let note: UInt64
        public let scenariosRunning: UInt64
        /// Alias of the first signal of each group.
        public let firstAlias: [UInt64]

        /// Nil outside the groups.
        public func alias(group: Int, position: Int) -> UInt64? {
            guard groups.indices.contains(group), groups[group].signals.indices.contains(position) else { return nil }
            return firstAlias[group] + UInt64(position)
        }
    }

    public let node: Node
    public let devices: [Device]

    /// `assets`: each asset's id and kind, in the order in which they are born.
    public init(assets: [(id: String, kind: AssetKind)]) {
        var last: UInt64 = 0
        func next() -> UInt64 {
            last += 1
            return last
        }
        func delivery() -> Delivery { Delivery(epoch: next(), sequence: next(), chain: next()) }
        node = Node(
            delivery: delivery(), first: next(), receipted: next(), pending: next(), dropped: next(), report: next(),
            outboxBytes: next(), outboxCapacityBytes: next(), outboxDaysLeft: next())
        devices = assets.map { asset in
            let delivery = delivery()
            let (note, scenariosRunning) = (next(), next())
            let firstAlias = asset.kind.groups.map { group in
                let first = last + 1
                last += UInt64(group.signals.count)
                return first
            }
            return Device(
                id: asset.id, kind: asset.kind.id, groups: asset.kind.groups, delivery: delivery, note: note,
                scenariosRunning: scenariosRunning, firstAlias: firstAlias)
        }
    }
}

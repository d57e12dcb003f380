public import Model

/// What a detector watches: every signal of an asset, and the relations between them, as one row of channels.
public struct DetectorPlan: Sendable {
    /// One channel: a signal, or a relation's residual.
    struct Channel: Sendable {
        let name: String
        let title: String
        let unit: String
        /// False for what has no charts: flags, categories, and signals that only come when they change.
        let isCharted: Bool
        let isRelation: Bool
        let low: Double
        let high: Double
        /// What the instrument cannot tell apart, 0 if unknown.
        let resolution: Double
        let limits: ClosedRange<Double>?
        let healthWeight: Double
    }

    /// The relations that are evaluated with each frame of one group.
    struct Group: Sendable {
        let first: Int
        let count: Int
        /// Channels of the relations that this group's frames bring up to date.
        let relations: [Int]
        /// Charted signals and relations of this group, for the layer that looks at all of them at once.
        let charted: [Int]
        /// All its signals, and the relations.
        let members: [Int]
        /// The charted signals in blocks that are looked at together, as indices into the detector's blocks.
        let blocks: Range<Int>
        /// log10 of how many channels have their chance of a false alarm: the group's, times the groups.
        let cost: Double
    }

    /// The members of each block.
    let blocks: [[Int]]

    /// In -log10 p.
    static let modesty = 2.0

    let channels: [Channel]
    let rules: [ChannelRule]
    /// By name; of two channels of one name, the first.
    let channelNumbers: [String: Int]
    /// The kind's regimes, and one more after the asset has come back to its steady one; 1 where the kind knows none.
    let regimeCount: Int
    let signalCount: Int
    let groups: [Group]
    let knowledge: Knowledge
    /// Per relation, the channels of its signals.
    let relationInputs: [[Int]]
    let regimeInputs: [Int]
    /// Equal plans have equal fingerprints: a saved state belongs to one.
    public let fingerprint: UInt64

    public init(kind: AssetKind) { self.init(groups: kind.groups, knowledge: kind.knowledge) }

    public init(groups: [SignalGroup], knowledge: Knowledge = .none) {
        var channels: [Channel] = []
        var firsts: [Int] = []
        var groupOf: [String: Int] = [:]
        var indexOf: [String: Int] = [:]
        for (number, group) in groups.enumerated() {
            firsts.append(channels.count)
            for signal in group.signals {
                if indexOf[signal.name] == nil { indexOf[signal.name] = channels.count }
                if groupOf[signal.name] == nil { groupOf[signal.name] = number }
                channels.append(DetectorPlan.channel(signal, in: group))
            }
        }
        signalCount = channels.count
        var inputs: [[Int]] = []
        var relationsOf: [[Int]] = groups.map { _ in [] }
        // A relation that names a signal the asset does not have cannot be judged; it keeps its channel, silent.
        for relation in knowledge.relations {
            let sources = relation.signals.compactMap { indexOf[$0] }
            let isWhole = sources.count == relation.signals.count && !sources.isEmpty
            inputs.append(isWhole ? sources : [])
            if isWhole, let group = DetectorPlan.slowest(relation.signals.compactMap { groupOf[$0] }, of: groups) {
                relationsOf[group].append(channels.count)
            }
            channels.append(
                Channel(
                    name: relation.name, title: relation.title, unit: relation.unit, isCharted: true,
                    isRelation: true, low: -.infinity, high: .infinity, resolution: 0, limits: nil, healthWeight: 1))
        }
        let regimeSources = knowledge.regimes?.signals.compactMap { indexOf[$0] } ?? []
        regimeInputs = regimeSources.count == knowledge.regimes?.signals.count ? regimeSources : []
        var blocks: [[Int]] = []
        let chartedGroups = max(groups.count { $0.cadence != .onChange }, 1)
        self.groups = groups.indices.map { number in
            let own = firsts[number]..<(firsts[number] + groups[number].signals.count)
            let signals = own.filter { channels[$0].isCharted }
            let firstBlock = blocks.count
            if signals.count > 1 {
                let parts = (signals.count + Block.most - 1) / Block.most
                for part in 0..<parts {
                    blocks.append(Array(signals[(part * signals.count / parts)..<((part + 1) * signals.count / parts)]))
                }
            }
            return Group(
                first: own.lowerBound, count: own.count, relations: relationsOf[number],
                charted: signals + relationsOf[number], members: Array(own) + relationsOf[number],
                blocks: firstBlock..<blocks.count,
                cost: Tails.log10(Double(max(signals.count + relationsOf[number].count, 1) * chartedGroups)))
        }
        self.blocks = blocks
        self.channels = channels
        channelNumbers = Dictionary(
            channels.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let knowsWeights = channels.contains { !$0.isRelation && $0.healthWeight > 0 }
        rules = channels.map {
            ChannelRule(
                isCharted: $0.isCharted, isRelation: $0.isRelation, low: $0.low, high: $0.high,
                resolution: $0.resolution,
                modesty: knowsWeights && $0.healthWeight <= 0 ? DetectorPlan.modesty : 0)
        }
        regimeCount = regimeInputs.isEmpty ? 1 : min(max(knowledge.regimes?.names.count ?? 1, 1), 16) + 1
        self.knowledge = knowledge
        relationInputs = inputs
        fingerprint = DetectorPlan.fingerprint(channels, firsts, regimeCount: regimeCount)
    }

    /// The group with whose frames a relation is judged: the slowest, so that none of its readings is older than a frame.
    private static func slowest(_ members: [Int], of groups: [SignalGroup]) -> Int? {
        func seconds(_ group: Int) -> Double {
            switch groups[group].cadence {
            case .everyTick: 0
            case .every(let seconds): seconds
            case .onChange: -1
            }
        }
        guard let first = members.first else { return nil }
        return members.reduce(first) { seconds($1) > seconds($0) ? $1 : $0 }
    }

    /// All signals of all groups in order, then the relations.
    public var channelNames: [String] { channels.map(\.name) }

    private static func channel(_ signal: Signal, in group: SignalGroup) -> Channel {
        let isNumber = signal.form == .number && group.cadence != .onChange
        var resolution = 1.0
        for _ in 0..<min(max(signal.decimals, 0), 15) { resolution *= 0.1 }
        return Channel(
            name: signal.name, title: signal.title, unit: signal.unit, isCharted: isNumber, isRelation: false,
            low: signal.physical?.lowerBound ?? -.infinity, high: signal.physical?.upperBound ?? .infinity,
            resolution: resolution, limits: signal.alarm, healthWeight: signal.healthWeight)
    }

    /// FNV-1a over what gives the state its shape and its meaning.
    private static func fingerprint(_ channels: [Channel], _ firsts: [Int], regimeCount: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for channel in channels {
            for byte in channel.name.utf8 { add(byte) }
            add(channel.isCharted ? 1 : 2)
            add(channel.isRelation ? 1 : 2)
        }
        add(UInt8(truncatingIfNeeded: regimeCount))
        for first in firsts { add(UInt8(truncatingIfNeeded: first)) }
        return hash
    }
}

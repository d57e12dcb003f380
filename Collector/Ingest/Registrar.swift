import Assets
import Model
import Postgres
import Runtime
import Sparkplug

/// The ingest thread's own connection to the database, for what is registered rarely: assets, signals, streams.
///
/// When the database is away, nothing is registered, and the caller drops the message: births come again.
final class Registrar {
    private let options: PostgresOptions
    private var connection: PostgresConnection?
    private var retryMs: Int64 = 0
    /// How often the database was asked for something.
    private(set) var attempts = 0
    /// The signals of our kinds, by kind: what births asked for last, and how it is stored. Void with the connection.
    private var kinds: [String: (asked: SignalSet, number: Int32, stored: SignalSet)] = [:]
    private let log = Log("registrar")

    init(_ options: PostgresOptions) { self.options = options }

    /// Runs `body` on the connection; nil if that is not possible now. A connection that turns out to be dead is replaced
    /// once: `body` may run twice.
    func attempt<T>(_ what: String, _ body: (PostgresConnection) throws -> T) -> T? {
        attempts += 1
        do {
            if let connection, connection.isUsable {
                do {
                    return try body(connection)
                } catch let failure as PostgresFailure where failure.endsConnection {
                    retryMs = 0
                }
            }
            connection = nil
            kinds = [:]
            guard Clock.monotonicMs() >= retryMs else { return nil }
            let fresh = try PostgresConnection(options)
            connection = fresh
            return try body(fresh)
        } catch {
            if (error as? PostgresFailure)?.endsConnection != false { connection = nil }
            retryMs = Clock.monotonicMs() + 500
            log.warning("could not \(what)", ["problem": "\(error)"])
            return nil
        }
    }

    /// Registers a device of ours and the signals of its kind, with those that a newer agent has more.
    func registerAsset(
        site: String, agent: String, device: String, kind: AssetKind, birth: DeviceBirth
    ) -> (record: AssetRecord, set: SignalSet)? {
        attempt("register asset \(device)") { connection in
            var set = SignalSet(kind)
            Registrar.extend(&set, by: birth)
            let (number, stored) = try signals(connection, set)
            let record = try Catalogue.registerAsset(
                connection, site: site, agent: agent, device: device, kind: kind.id, signalSet: number,
                title: kind.title, scenarios: birth.scenarios)
            return (record, stored)
        }
    }

    /// A thousand births of one kind ask for the same signals, and signals are only ever appended.
    private func signals(_ connection: PostgresConnection, _ set: SignalSet) throws -> (Int32, SignalSet) {
        if let known = kinds[set.name], known.asked == set { return (known.number, known.stored) }
        let number = try Catalogue.registerSignals(connection, set)
        let stored = try Catalogue.signals(connection, number)
        kinds[set.name] = (set, number, stored)
        return (number, stored)
    }

    /// Registers a device of a foreign node; its metrics become signals of a set of its own.
    func registerForeign(
        site: String, agent: String, device: String, metrics: [BornMetric]
    ) -> (record: AssetRecord, set: SignalSet)? {
        attempt("register foreign asset \(device)") { connection in
            let name = "\(site):\(agent):\(device)"
            let number = try Catalogue.registerSignals(
                connection, SignalSet(name: name, kind: SignalSet.generic, groups: []))
            let stored = try Catalogue.signals(connection, number)
            let places = SignalPlaces(stored)
            let new = metrics.filter { places[$0] == nil }.compactMap(Registrar.entry)
            try append(new[...], to: stored, number, connection)
            let record = try Catalogue.registerAsset(
                connection, site: site, agent: agent, device: device, kind: SignalSet.generic, signalSet: number,
                title: device.isEmpty ? agent : device)
            return (record, try Catalogue.signals(connection, number))
        }
    }

    /// Registers a device of an agent of ours whose kind this version does not know, such as a recording that is
    /// played: its signals stand where its birth says.
    func registerDeclared(
        site: String, agent: String, device: String, birth: DeviceBirth
    ) -> (record: AssetRecord, set: SignalSet)? {
        attempt("register asset \(device)") { connection in
            let name = "\(site):\(agent):\(device)"
            var set = SignalSet(name: name, kind: SignalSet.generic, groups: [])
            set = try Catalogue.signals(connection, try Catalogue.registerSignals(connection, set))
            Registrar.extend(&set, by: birth)
            let number = try Catalogue.registerSignals(connection, set)
            let record = try Catalogue.registerAsset(
                connection, site: site, agent: agent, device: device, kind: SignalSet.generic, signalSet: number,
                title: device)
            return (record, try Catalogue.signals(connection, number))
        }
    }

    /// Rows have one place per signal of a group: small groups keep sparse rows small.
    private static let signalsOfGroup = 64
    /// The number of a group is one byte.
    private static let mostGroups = 256

    private func append(
        _ entries: ArraySlice<SignalSet.Entry>, to stored: SignalSet, _ number: Int32, _ connection: PostgresConnection
    ) throws {
        var rest = entries
        func append(_ count: Int, to group: String) throws {
            _ = try Catalogue.appendSignals(connection, number, group: group, Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        if let last = stored.groups.last, !rest.isEmpty, last.signals.count < Registrar.signalsOfGroup {
            try append(Registrar.signalsOfGroup - last.signals.count, to: last.name)
        }
        var index = stored.groups.count
        while !rest.isEmpty, index < Registrar.mostGroups {
            try append(Registrar.signalsOfGroup, to: "metrics-\(index)")
            index += 1
        }
        guard !rest.isEmpty else { return }
        log.warning("a foreign asset has too many signals", ["signal_set": stored.name, "not_stored": rest.count])
    }

    func registerStream(_ id: StreamID) -> StreamState? {
        attempt("register stream \(id)") { connection in
            StreamState(
                try Catalogue.registerStream(connection, site: id.site, agent: id.agent, epoch: id.epoch),
                epoch: id.epoch)
        }
    }

    /// The number of a plain node's stream, which has no epoch.
    func registerPlainStream(site: String, agent: String) -> Int32? {
        attempt("register node \(agent)") { connection in
            try Catalogue.registerStream(connection, site: site, agent: agent, epoch: nil).stream
        }
    }

    /// Every stream of a site that gives numbers.
    func streams(site: String) -> [StreamState]? {
        attempt("read the streams of \(site)") { connection in
            try Catalogue.streams(connection, site: site).compactMap { record in
                record.epoch.map { StreamState(record, epoch: $0) }
            }
        }
    }

    /// The saved state of an asset's analysis, if there is one, and what was told of it.
    func analysis(
        _ asset: Int32
    ) -> (record: AnalysisRecord?, told: (lastNumber: Int64, sequences: [Epoch: Int64]))? {
        attempt("read where the analysis of asset \(asset) stands") { connection in
            (try Analysis.record(connection, asset: asset), try Analysis.told(connection, asset: asset))
        }
    }

    /// A slice of the asset's frames after a number, as far as nothing is missing before them.
    func storedFrames(
        _ stream: StreamState, asset: Int32, after: Int64, sinceMs: Int64
    ) -> (frames: [StoredFrame], through: Int64)? {
        attempt("read what is to be analysed of asset \(asset)") { connection in
            try Analysis.frames(
                connection, stream: stream.number, asset: asset, epoch: stream.id.epoch, after: after,
                sinceMs: sinceMs, limit: 1_000)
        }
    }

    /// How the alarms of an asset stand.
    func alarms(of asset: AssetInfo, windowMs: Int64) -> AlarmConditionStore.Stored? {
        attempt("read the alarms of \(asset.id)") {
            try AlarmConditionStore.read($0, asset: asset.number, windowMs: windowMs)
        }
    }

    /// Assets of a site that have been silent without anybody saying so.
    func silentAssets(site: String) -> [AlarmConditionStore.SilentAsset]? {
        attempt("read who is silent in \(site)") { try AlarmConditionStore.silentAssets($0, site: site) }
    }

    /// The agents of a site that the database calls online.
    func onlineAgents(site: String) -> [Catalogue.OnlineAgent]? {
        attempt("read who is online in \(site)") { try Catalogue.onlineAgents($0, site: site) }
    }

    /// Most groups of a kind and most signals of a group of ours: what one agent declares is there for all of its kind.
    private static let mostGroupsOfKind = 32
    private static let mostSignalsOfGroup = 256

    /// Signals that the agent announces beyond those this version knows: appended, as their positions say.
    private static func extend(_ set: inout SignalSet, by birth: DeviceBirth) {
        let more = birth.metrics.filter { $0.group != nil && set.place(of: $0.name) == nil }
        for metric in more.sorted(by: { ($0.position ?? 0) < ($1.position ?? 0) }) {
            guard let name = metric.group, let entry = entry(metric) else { continue }
            if !set.groups.contains(where: { $0.name == name }), set.groups.count < mostGroupsOfKind {
                set.groups.append(SignalSet.Group(name, []))
            }
            guard let group = set.groups.firstIndex(where: { $0.name == name }),
                metric.position == set.groups[group].signals.count,
                set.groups[group].signals.count < mostSignalsOfGroup
            else { continue }
            set.groups[group].signals.append(entry)
        }
    }

    /// Nil for what cannot be stored: data sets, templates, files.
    static func entry(_ metric: BornMetric) -> SignalSet.Entry? {
        let form: SignalSet.Form
        switch metric.datatype {
        case .boolean: form = .flag
        case .string where !metric.labels.isEmpty: form = .category(metric.labels)
        case .string, .text, .uuid: form = .text
        default:
            guard metric.datatype.isNumeric else { return nil }
            form = .number
        }
        var entry = SignalSet.Entry(
            metric.name, title: metric.title.isEmpty ? metric.name : metric.title, unit: metric.unit, form: form)
        if let low = metric.low, let high = metric.high, low < high {
            entry.physicalLow = low
            entry.physicalHigh = high
        }
        return entry
    }
}

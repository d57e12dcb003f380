import Assets
import Glibc
import Model
import Runtime
import Tables

/// `bellwether-dataset replay`: writes an agent's configuration, and becomes that agent. What is played takes the same
/// way as what is measured: through the agent's outbox, the broker and the collector.
enum ReplayCommand {
    static func run(_ arguments: Arguments, _ kinds: [any DatasetKind.Type]) throws(UsageFailure) -> ExitCode {
        let asset = arguments["asset"]
        guard Names.isConfigurable(asset) else {
            throw UsageFailure("--asset must be of letters, digits, \"-\", \"_\" and \".\", got \(Text.quoted(asset))")
        }
        let broker = try broker(arguments.value("mqtt") ?? "127.0.0.1:1883")
        let speed = try arguments.double("speed", in: 0.1...100) ?? 1
        do throws(DatasetFailure) {
            let agent = try agentProgram()
            let played = try played(arguments, kinds)
            var mapping = arguments.value("mapping").map(absolute)
            if let mapping, !Files.exists(mapping) { throw .usage("--mapping \(mapping) does not exist") }
            let folder = try stateFolder(arguments.value("state"), asset)
            if mapping == nil, let kind = played.kind {
                mapping = "\(folder)/mapping.yaml"
                try write("kind: \(kind)\n", "\(folder)/mapping.yaml")
            }
            let config = "\(folder)/agent.yaml"
            try write(
                """
                site: \(ConfigText.quoted(arguments.value("site") ?? "demo"))
                agent: \(ConfigText.quoted(asset))
                asset:
                  id: \(ConfigText.quoted(asset))
                  kind: replay
                  replay:
                    path: \(ConfigText.quoted(absolute(arguments["folder"])))
                \(lines("table", played.table))\(lines("mapping", mapping))\(played.filter)    speed: \(speed)
                    at_end: \(arguments.has("repeat") ? "repeat" : "stop")
                state_dir: \(ConfigText.quoted("\(folder)/state"))
                primary_host: \(ConfigText.quoted(arguments.value("host-id") ?? "bellwether"))
                mqtt: {host: \(ConfigText.quoted(broker.host)), port: \(broker.port)}

                """, config)
            StandardError.write("playing as \(asset); configuration and outbox are in \(folder)\n")
            try become(agent, ["run", "--config", config])
            return .failure
        } catch {
            return failed("replay", error)
        }
    }

    private struct Played {
        var table: String?
        var filter = ""
        /// The kind of asset whose signals the table has.
        var kind: String?
    }

    /// A dataset says itself which table it is, and what tells its recordings apart; a file says nothing.
    private static func played(
        _ arguments: Arguments, _ kinds: [any DatasetKind.Type]
    ) throws(DatasetFailure) -> Played {
        var played = Played(table: arguments.value("table"))
        if let text = arguments.value("where") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw .usage("--where must be COLUMN=VALUE, got \(Text.quoted(text))")
            }
            played.filter = filter(parts[0], parts[1])
        }
        guard Files.isFolder(arguments["folder"]) else {
            if arguments.has("cast") { throw .usage("--cast is for a dataset's folder; use --where for a file") }
            guard Files.exists(arguments["folder"]) else { throw .usage("\(arguments["folder"]) does not exist") }
            if arguments["folder"].hasSuffix(".parquet") {
                _ = try fromTables { () throws(TableFailure) in try ParquetReader(path: arguments["folder"]) }
            }
            return played
        }
        let dataset = try DatasetReader(arguments["folder"])
        played.kind = AssetCatalog[dataset.kind]?.id
        let series = kinds.first { $0.name == dataset.kind }?.reportPlan.series
        if let name = played.table, dataset.table(name) == nil {
            let hint = NearestName.hint(for: name, in: dataset.tables.map(\.name))
            throw .usage("--table: \(dataset.folder) has no table \(Text.quoted(name))\(hint)")
        }
        if played.table == nil { played.table = series?.table }
        guard let word = arguments.value("cast") else { return played }
        guard let series else { throw .usage("--cast: kind \(dataset.kind) has no recordings to choose from") }
        played.filter = filter(series.group, try PlotCommand.group(word, dataset, series))
        return played
    }

    private static func filter(_ column: String, _ text: String) -> String {
        "    where: {column: \(ConfigText.quoted(column)), is: \(ConfigText.quoted(text))}\n"
    }

    private static func lines(_ key: String, _ value: String?) -> String {
        value.map { "    \(key): \(ConfigText.quoted($0))\n" } ?? ""
    }

    private static func broker(_ text: String) throws(UsageFailure) -> (host: String, port: UInt16) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let host = parts.first, !host.isEmpty else {
            throw UsageFailure("--mqtt must be HOST or HOST:PORT, got \(Text.quoted(text))")
        }
        guard let port = parts.count == 2 ? UInt16(parts[1]) : 1883, port > 0 else {
            throw UsageFailure("--mqtt: the port must be 1 to 65535, got \(Text.quoted(parts[1]))")
        }
        return (host, port)
    }

    // MARK: - The agent

    /// The agent's program stands beside this one, or in the path.
    private static func agentProgram() throws(DatasetFailure) -> String {
        let name = "bellwether-agent"
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        var folders: [String] = []
        if length > 0 {
            folders = [
                Files.folder(of: String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self))
            ]
        }
        if let path = getenv("PATH") { folders += String(cString: path).split(separator: ":").map(String.init) }
        for folder in folders where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
        throw .failed("\(name) is neither beside this program nor in the PATH; install it")
    }

    private static func stateFolder(_ wanted: String?, _ asset: String) throws(DatasetFailure) -> String {
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let folder = absolute(wanted ?? "\(temporary)/bellwether-replay-\(asset)-\(getpid())")
        try fromFiles { () throws(FileFailure) in try Files.ensureFolder(folder, mode: 0o700) }
        return folder
    }

    private static func write(_ text: String, _ path: String) throws(DatasetFailure) {
        try fromFiles { () throws(FileFailure) in try Files.writeAtomically(Array(text.utf8), to: path) }
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return Files.resolve(path, in: String(cString: folder))
    }

    /// Comes back only when that is not possible.
    private static func become(_ program: String, _ arguments: [String]) throws(DatasetFailure) {
        var words = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        execv(program, words)
        throw .failed("cannot run \(program): \(SystemFailure.text(of: errno))")
    }
}

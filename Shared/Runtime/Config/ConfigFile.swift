/// Loads a configuration file into a value of the program's own type.
///
///     let config = try ConfigFile.load("agent.yaml") { root in
///         let asset = root.section("asset")
///         return AgentConfig(
///             site: root.name("site"),
///             rateHz: asset.double("rate_hz", in: 0.1...50, default: 1))
///     }
public enum ConfigFile {
    /// Reads the file, lets `decode` ask for every key there may be, and returns what it made. Throws everything
    /// that is wrong with the file at once: wrong values, missing keys, and keys that `decode` did not ask for.
    public static func load<Value>(
        _ path: String, decode: (ConfigReader) -> Value
    ) throws(ConfigFailure) -> Value {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, maxBytes: YAMLParser.maxBytes)
        } catch {
            throw ConfigFailure(problems: [.init(file: error.path, line: 0, column: 0, message: error.problem)])
        }
        return try parse(bytes, name: path, decode: decode)
    }

    /// The same for text that is already there. `name` stands in errors, and relative paths in the text are below
    /// its folder.
    public static func parse<Value>(
        _ bytes: [UInt8], name: String, environment: ((String) -> String?)? = nil,
        decode: (ConfigReader) -> Value
    ) throws(ConfigFailure) -> Value {
        let root: ConfigNode
        do {
            root = try YAMLParser.parse(bytes)
        } catch {
            throw ConfigFailure(problems: [
                .init(file: name, line: error.place.line, column: error.place.column, message: error.message)
            ])
        }
        let document = ConfigDocument(
            file: name, substitution: Substitution(environment: environment ?? Substitution.processEnvironment))
        let reader = document.reader(root)
        let value = decode(reader)
        reader.reportUnknownKeys()
        guard document.problems.isEmpty else { throw ConfigFailure(problems: document.sortedProblems) }
        return value
    }
}

/// What the readers of one file share.
final class ConfigDocument {
    /// More are not worth reading.
    static let maxProblems = 50

    let file: String
    let substitution: Substitution
    private(set) var problems: [(place: ConfigNode.Place, problem: ConfigFailure.Problem)] = []

    init(file: String, substitution: Substitution) {
        self.file = file
        self.substitution = substitution
    }

    var isFull: Bool { problems.count >= ConfigDocument.maxProblems }

    func report(_ message: String, at place: ConfigNode.Place) {
        guard !isFull else { return }
        let problem = ConfigFailure.Problem(file: file, line: place.line, column: place.column, message: message)
        guard !problems.contains(where: { $0.problem == problem }) else { return }
        problems.append((place, problem))
    }

    /// In the order of the lines; those of one place in the order in which they were found.
    var sortedProblems: [ConfigFailure.Problem] {
        problems.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map(\.element.problem)
    }

    func reader(_ root: ConfigNode) -> ConfigReader {
        if root.isNull {
            return ConfigReader(self, path: "", place: .init(line: 1, column: 1), entries: [], isBroken: false)
        }
        guard case .map(let entries) = root.content else {
            report("must be keys and values, such as \"site: demo\", got \(root.kind)", at: root.place)
            return ConfigReader(self, path: "", place: root.place, entries: [], isBroken: true)
        }
        return ConfigReader(self, path: "", place: root.place, entries: entries, isBroken: false)
    }
}

import Model

/// Reads the keys of one section of a configuration file.
///
/// Every method that finds something wrong notes it with its place and returns something harmless, so that one run
/// finds everything; `ConfigFile.load` throws it all in the end. Keys that nothing asked for are errors too: ask for
/// every key, also where its value is not used. Not for use by several threads.
public final class ConfigReader {
    let document: ConfigDocument
    /// Where the section stands in the file: "mqtt.tls", or nothing for the top level.
    let path: String
    private let place: ConfigNode.Place
    private let entries: [ConfigNode.Entry]
    /// True when the section itself was reported missing or wrong: then its keys are not reported missing as well.
    private let isBroken: Bool
    private var asked: [String] = []
    private var sections: [String: [ConfigReader]] = [:]

    init(
        _ document: ConfigDocument, path: String, place: ConfigNode.Place, entries: [ConfigNode.Entry], isBroken: Bool
    ) {
        self.document = document
        self.path = path
        self.place = place
        self.entries = entries
        self.isBroken = isBroken
    }

    // MARK: - Presence

    /// True if the key is written in the file.
    public func has(_ key: String) -> Bool {
        ask(key)
        return entries.contains { $0.key == key }
    }

    /// Notes a problem with a key that only the program can see, such as two keys that exclude each other.
    public func fail(_ key: String, _ message: String) {
        ask(key)
        document.report("\(path(to: key)): \(message)", at: entry(key)?.value.place ?? place)
    }

    // MARK: - Text

    /// Text of at least one byte, required unless there is a default.
    public func string(_ key: String, maxBytes: Int = 1024, default fallback: String? = nil) -> String {
        optionalString(key, maxBytes: maxBytes) ?? required(key, fallback) ?? ""
    }

    /// Text of at least one byte, or nil if the key is not there.
    public func optionalString(_ key: String, maxBytes: Int = 1024) -> String? {
        scalar(key).flatMap { text(of: $0, key, maxBytes: maxBytes) }
    }

    /// An identifier that is safe in topics, file names and URLs.
    public func name(_ key: String, default fallback: String? = nil) -> String {
        let name = string(key, maxBytes: 64, default: fallback)
        if let entry = entry(key), !name.isEmpty, !Names.isConfigurable(name) {
            report(key, entry.value, "must be letters, digits, '-', '_' and '.', not starting with '.', \(got(name))")
        }
        return name
    }

    /// Pieces of text; empty if the key is not there.
    public func strings(_ key: String, maxBytes: Int = 1024) -> [String] {
        items(key).enumerated().compactMap { index, item in
            guard let value = scalar(item, "\(key)[\(index)]", expected: "text") else { return nil }
            return text(of: value, "\(key)[\(index)]", maxBytes: maxBytes)
        }
    }

    /// One of a set of words.
    public func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ key: String, of _: Choice.Type = Choice.self, default fallback: Choice
    ) -> Choice {
        optionalChoice(key) ?? fallback
    }

    /// One of a set of words, or nil if the key is not there.
    public func optionalChoice<Choice: CaseIterable & RawRepresentable<String>>(
        _ key: String, of _: Choice.Type = Choice.self
    ) -> Choice? {
        guard let word = choice(key, of: Choice.allCases.map(\.rawValue), default: nil, isRequired: false)
        else { return nil }
        return Choice(rawValue: word)
    }

    /// One of the given words, required unless there is a default.
    public func choice(_ key: String, of words: [String], default fallback: String? = nil) -> String {
        choice(key, of: words, default: fallback, isRequired: true) ?? ""
    }

    private func choice(_ key: String, of words: [String], default fallback: String?, isRequired: Bool) -> String? {
        guard let value = scalar(key) else { return isRequired ? required(key, fallback) : fallback }
        if words.contains(value.text) { return value.text }
        let hint = NearestName.hint(for: value.text, in: words)
        report(key, value.node, "must be \(ConfigReader.list(words, "or")), \(got(value.text))\(hint)")
        return fallback
    }

    // MARK: - Numbers

    public func int(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) -> Int {
        optionalInt(key, in: range) ?? required(key, fallback) ?? range.lowerBound
    }

    public func optionalInt(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = scalar(key) else { return nil }
        guard let number = ConfigReader.integer(value.text) else {
            let isOctal = value.text.first == "0" && value.text.utf8.count > 1
            let hint = isOctal ? "; write it without leading zeros" : ""
            report(key, value.node, "must be a whole number, \(got(value.text))\(hint)")
            return nil
        }
        guard range.contains(number) else {
            report(key, value.node, "must be \(range.lowerBound) to \(range.upperBound), got \(number)")
            return nil
        }
        return number
    }

    public func double(_ key: String, in range: ClosedRange<Double>, default fallback: Double? = nil) -> Double {
        optionalDouble(key, in: range) ?? required(key, fallback) ?? range.lowerBound
    }

    public func optionalDouble(_ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = scalar(key) else { return nil }
        guard let number = ConfigReader.decimal(value.text) else {
            report(key, value.node, "must be a number, \(got(value.text))")
            return nil
        }
        guard range.contains(number) else {
            let (low, high) = (ConfigReader.short(range.lowerBound), ConfigReader.short(range.upperBound))
            report(key, value.node, "must be \(low) to \(high), got \(value.text)")
            return nil
        }
        return number
    }

    /// `true` or `false`; YAML's other words for them (yes, on, …) are refused.
    public func bool(_ key: String, default fallback: Bool) -> Bool {
        guard let value = scalar(key) else { return fallback }
        switch value.text {
        case "true": return true
        case "false": return false
        default:
            report(key, value.node, "must be true or false, \(got(value.text))")
            return fallback
        }
    }

    /// A span of time with its unit: `250ms`, `10s`, `5m`, `24h`, `7d`; in milliseconds.
    public func durationMs(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) -> Int {
        optionalDurationMs(key, in: range) ?? required(key, fallback) ?? range.lowerBound
    }

    public func optionalDurationMs(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = scalar(key) else { return nil }
        guard let ms = ConfigDuration.parseMs(value.text) else {
            report(key, value.node, "must be a time span such as 250ms, 10s, 5m, 24h or 7d, \(got(value.text))")
            return nil
        }
        guard range.contains(ms) else {
            let (low, high) = (ConfigDuration.text(ms: range.lowerBound), ConfigDuration.text(ms: range.upperBound))
            report(key, value.node, "must be \(low) to \(high), got \(value.text)")
            return nil
        }
        return ms
    }

    // MARK: - Files

    /// A path; a relative one is taken below the folder of the configuration file, wherever the program was started.
    public func path(_ key: String, default fallback: String? = nil) -> String {
        resolve(string(key, maxBytes: 4000, default: fallback))
    }

    public func optionalPath(_ key: String) -> String? { optionalString(key, maxBytes: 4000).map(resolve) }

    /// The secret in the file that the key names (see `SecretFile`); nil if the key is not there.
    public func optionalSecret(inFile key: String) -> String? {
        guard let path = optionalPath(key) else { return nil }
        do {
            return try SecretFile.read(path)
        } catch {
            if let entry = entry(key) { report(key, entry.value, error.description) }
            return nil
        }
    }

    private func resolve(_ path: String) -> String { Files.resolve(path, in: Files.folder(of: document.file)) }

    // MARK: - Sections

    /// A section; if it is not there, its required keys are reported missing.
    public func section(_ key: String) -> ConfigReader {
        optionalSection(key)
            ?? ConfigReader(
                document, path: path(to: key), place: place, entries: [], isBroken: isBroken || entry(key) != nil)
    }

    /// A section, or nil if the key is not there.
    public func optionalSection(_ key: String) -> ConfigReader? {
        ask(key)
        if let known = sections[key]?.first { return known }
        guard let entry = entry(key), let section = section(entry.value, named: key) else { return nil }
        sections[key] = [section]
        return section
    }

    /// A list of sections; empty if the key is not there.
    public func sectionList(_ key: String) -> [ConfigReader] {
        if let known = sections[key] { return known }
        let list = items(key).enumerated().compactMap { index, item in section(item, named: "\(key)[\(index)]") }
        sections[key] = list
        return list
    }

    private func section(_ node: ConfigNode, named key: String) -> ConfigReader? {
        guard case .map(let entries) = node.content else {
            report(key, node, "must be a section of keys and values, got \(node.kind)")
            return nil
        }
        return ConfigReader(document, path: path(to: key), place: node.place, entries: entries, isBroken: false)
    }

    /// Reports every key that was not asked for, here and in all sections that were.
    func reportUnknownKeys() {
        for entry in entries where !asked.contains(entry.key) && !document.isFull {
            let hint = NearestName.hint(for: entry.key, in: asked)
            let known = asked.isEmpty || !hint.isEmpty ? "" : "; known are \(ConfigReader.list(asked.sorted(), "and"))"
            let whereabouts = path.isEmpty ? "" : " in \(path)"
            document.report("unknown key \(Text.quoted(entry.key))\(whereabouts)\(hint)\(known)", at: entry.keyPlace)
        }
        for section in sections.values.joined() { section.reportUnknownKeys() }
    }

    // MARK: - Steps

    private func ask(_ key: String) {
        if !asked.contains(key) { asked.append(key) }
    }

    private func entry(_ key: String) -> ConfigNode.Entry? { entries.first { $0.key == key } }

    private func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func report(_ key: String, _ node: ConfigNode, _ message: String) {
        document.report("\(path(to: key)): \(message)", at: node.place)
    }

    private func got(_ text: String) -> String { "got \(Text.quoted(text))" }

    /// The default, or nil with the key reported missing. A key that is there but wrong has been reported already.
    private func required<Value>(_ key: String, _ fallback: Value?) -> Value? {
        if fallback == nil, entry(key) == nil, !isBroken {
            document.report("\(path(to: key)): is missing", at: place)
        }
        return fallback
    }

    /// The text behind a key, with variables put in; nil if the key is not there or its value is not a scalar.
    private func scalar(_ key: String) -> (text: String, node: ConfigNode)? {
        ask(key)
        return entry(key).flatMap { scalar($0.value, key, expected: "one value") }
    }

    private func scalar(_ node: ConfigNode, _ key: String, expected: String) -> (text: String, node: ConfigNode)? {
        guard case .scalar(let text, _) = node.content else {
            report(key, node, "must be \(expected), got \(node.kind)")
            return nil
        }
        guard !node.isNull else {
            report(key, node, "has no value; give one or remove the key")
            return nil
        }
        do {
            return (try document.substitution.expand(text), node)
        } catch {
            report(key, node, error.message)
            return nil
        }
    }

    private func text(of value: (text: String, node: ConfigNode), _ key: String, maxBytes: Int) -> String? {
        guard !value.text.isEmpty else {
            report(key, value.node, "must not be empty")
            return nil
        }
        guard value.text.utf8.count <= maxBytes else {
            report(key, value.node, "must be at most \(maxBytes) bytes, got \(value.text.utf8.count)")
            return nil
        }
        guard !value.text.utf8.contains(0) else {
            report(key, value.node, "must not contain a NUL")
            return nil
        }
        return value.text
    }

    private func items(_ key: String) -> [ConfigNode] {
        ask(key)
        guard let entry = entry(key) else { return [] }
        guard case .list(let items) = entry.value.content else {
            report(key, entry.value, "must be a list, such as [a, b], got \(entry.value.kind)")
            return []
        }
        return items
    }
}

/// Reads the keys of one section of a configuration file; `ConfigReader+Values.swift` has the forms of values.
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
        // In the order of the file: when there are more problems than are kept, the first ones are.
        for entry in entries { sections[entry.key]?.forEach { $0.reportUnknownKeys() } }
    }

    // MARK: - Steps

    func ask(_ key: String) {
        if !asked.contains(key) { asked.append(key) }
    }

    func entry(_ key: String) -> ConfigNode.Entry? { entries.first { $0.key == key } }

    func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func report(_ key: String, _ node: ConfigNode, _ message: String) {
        document.report("\(path(to: key)): \(message)", at: node.place)
    }

    func got(_ text: String) -> String { "got \(Text.quoted(text))" }

    /// The default, or nil with the key reported missing. A key that is there but wrong has been reported already.
    func required<Value>(_ key: String, _ fallback: Value?) -> Value? {
        if fallback == nil, entry(key) == nil, !isBroken {
            document.report("\(path(to: key)): is missing", at: place)
        }
        return fallback
    }

    /// The text behind a key, with variables put in; nil if the key is not there or its value is not a scalar.
    func scalar(_ key: String) -> (text: String, node: ConfigNode)? {
        ask(key)
        return entry(key).flatMap { scalar($0.value, key, expected: "one value") }
    }

    func scalar(_ node: ConfigNode, _ key: String, expected: String) -> (text: String, node: ConfigNode)? {
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

    func text(of value: (text: String, node: ConfigNode), _ key: String, maxBytes: Int) -> String? {
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

    func items(_ key: String) -> [ConfigNode] {
        ask(key)
        guard let entry = entry(key) else { return [] }
        guard case .list(let items) = entry.value.content else {
            report(key, entry.value, "must be a list, such as [a, b], got \(entry.value.kind)")
            return []
        }
        return items
    }
}

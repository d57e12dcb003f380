import Model

/// The forms of values; every method notes what is wrong and returns something harmless.
extension ConfigReader {
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

    /// Paths; empty if the key is not there.
    public func paths(_ key: String) -> [String] { strings(key, maxBytes: 4000).map(resolve) }

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
}

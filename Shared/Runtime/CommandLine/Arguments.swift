/// What a command was given. Reads typed values; a wrong one is the user's error and names its option.
public struct Arguments: Sendable, Equatable {
    /// By name; the value of an option without one is empty.
    let options: [String: String]

    /// The value of a required option, which is always there.
    public subscript(option: String) -> String { options[option] ?? "" }

    public func value(_ option: String) -> String? { options[option] }

    /// True if the option was given.
    public func has(_ option: String) -> Bool { options[option] != nil }

    public func int(_ option: String, in range: ClosedRange<Int>) throws(UsageFailure) -> Int? {
        guard let text = options[option] else { return nil }
        guard let number = ConfigReader.integer(text), range.contains(number) else {
            throw UsageFailure("--\(option) must be \(range.lowerBound) to \(range.upperBound), got \(shown(text))")
        }
        return number
    }

    public func double(_ option: String, in range: ClosedRange<Double>) throws(UsageFailure) -> Double? {
        guard let text = options[option] else { return nil }
        guard let number = ConfigReader.decimal(text), range.contains(number) else {
            let (low, high) = (ConfigReader.short(range.lowerBound), ConfigReader.short(range.upperBound))
            throw UsageFailure("--\(option) must be \(low) to \(high), got \(shown(text))")
        }
        return number
    }

    /// One of a set of words.
    public func choice(_ option: String, of words: [String]) throws(UsageFailure) -> String? {
        guard let text = options[option], !words.contains(text) else { return options[option] }
        let hint = NearestName.hint(for: text, in: words)
        throw UsageFailure("--\(option) must be \(ConfigReader.list(words, "or")), got \(shown(text))\(hint)")
    }

    /// A number as it is, other text in quotes.
    private func shown(_ text: String) -> String {
        ConfigReader.decimal(text) == nil ? Text.quoted(text) : text
    }
}

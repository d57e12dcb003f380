/// What a command line asks for.
enum Request {
    /// Help for a command, or for the program.
    case help(Command?)
    case version
    /// There was no word at all.
    case nothing
    case wrong(Command?, UsageFailure)
    case run(Command, Arguments)

    init(_ words: [String], commands: [Command]) {
        guard let first = words.first else {
            self = .nothing
            return
        }
        let command = commands.first { $0.name == first }
        // Asking for help wins over any mistake, because it is how mistakes are mended.
        let options = words.prefix { $0 != "--" }
        if options.contains("--help") || options.contains("-h") {
            self = .help(command)
        } else if options.contains("--version") || options.contains("-V") {
            self = .version
        } else if first == "help" {
            self = .help(words.dropFirst().first.flatMap { name in commands.first { $0.name == name } })
        } else if let command {
            do {
                self = .run(command, try Request.arguments(words.dropFirst(), of: command))
            } catch {
                self = .wrong(command, error)
            }
        } else if first.hasPrefix("-") {
            self = .wrong(nil, UsageFailure("the command must come first, got \(Text.quoted(first))"))
        } else {
            let hint = NearestName.hint(for: first, in: commands.map(\.name))
            self = .wrong(nil, UsageFailure("unknown command \(Text.quoted(first))\(hint)"))
        }
    }

    private static func arguments(
        _ words: ArraySlice<String>, of command: Command
    ) throws(UsageFailure) -> Arguments {
        var options: [String: String] = [:]
        var rest = words
        var onlyValues = false
        while let word = rest.popFirst() {
            if word == "--", !onlyValues {
                onlyValues = true
                continue
            }
            guard word.hasPrefix("-"), word != "-", !onlyValues else {
                guard let option = command.options.first(where: { $0.byPlace && options[$0.name] == nil }) else {
                    throw UsageFailure("\(Text.quoted(word)) is one word too many")
                }
                options[option.name] = word
                continue
            }
            let (option, attached) = try parse(word, of: command)
            guard options[option.name] == nil else { throw UsageFailure("--\(option.name) is given twice") }
            options[option.name] = try value(of: option, attached: attached, &rest)
        }
        for option in command.options where option.isRequired && options[option.name] == nil {
            let form = option.byPlace ? "" : "--\(option.name) "
            throw UsageFailure("\(form)\(option.placeholder ?? "") is missing")
        }
        return Arguments(options: options)
    }

    /// The option that `--name` or `--name=value` means, and the value.
    private static func parse(_ word: String, of command: Command) throws(UsageFailure) -> (Option, String?) {
        let equals = word.firstIndex(of: "=")
        let name = word[..<(equals ?? word.endIndex)]
        if let option = command.options.first(where: { "--\($0.name)" == name }) {
            return (option, equals.map { String(word[word.index(after: $0)...]) })
        }
        let bare = String(name.drop { $0 == "-" })
        let hint = NearestName.of(bare, in: command.options.map(\.name)).map { "; did you mean \"--\($0)\"?" } ?? ""
        throw UsageFailure("unknown option \(Text.quoted(name))\(hint)")
    }

    private static func value(
        of option: Option, attached: String?, _ rest: inout ArraySlice<String>
    ) throws(UsageFailure) -> String {
        guard let placeholder = option.placeholder else {
            guard attached == nil else { throw UsageFailure("--\(option.name) takes no value") }
            return ""
        }
        let value: String?
        if let attached {
            value = attached
        } else if let next = rest.first, !next.hasPrefix("--") {
            // A value that begins with two dashes is more likely the next option: it must be attached by "=".
            value = rest.popFirst()
        } else {
            value = nil
        }
        guard let value, !value.isEmpty else { throw UsageFailure("--\(option.name) needs a value: \(placeholder)") }
        return value
    }
}

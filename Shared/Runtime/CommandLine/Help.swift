/// The text of `--help`.
extension Program {
    var help: String {
        var text = "\(name): \(summary)\n\nUsage: \(name) COMMAND [OPTIONS]\n\nCommands:\n"
        text += Program.table(commands.map { ($0.name, $0.summary) })
        text += "\nOptions:\n"
        text += Program.table([
            ("-h, --help", "Shows this, or after a command the command's options."),
            ("-V, --version", "Shows the version."),
        ])
        if let first = commands.first { text += "\nExample:\n  \(name) \(first.name) \(first.example)\n" }
        return text
    }

    func help(of command: Command) -> String {
        var usage = "\(name) \(command.name)"
        for option in command.options {
            let form = option.byPlace ? option.placeholder ?? option.name : Program.form(of: option)
            usage += option.isRequired ? " \(form)" : " [\(form)]"
        }
        var text = "\(command.summary)\n\nUsage: \(usage)\n"
        let options = command.options.map { (Program.form(of: $0), $0.help + ($0.isRequired ? " Required." : "")) }
        text += "\nOptions:\n" + Program.table(options + [("-h, --help", "Shows this.")])
        text += "\nExample:\n  \(name) \(command.name)\(command.example.isEmpty ? "" : " ")\(command.example)\n"
        text += "\nExit status: 0 done, 1 it could not be done, 2 the command line or the configuration is wrong.\n"
        return text
    }

    private static func form(of option: Option) -> String {
        "--\(option.name)" + (option.placeholder.map { " \($0)" } ?? "")
    }

    private static func table(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, help in
            "  \(name)\(String(repeating: " ", count: width - name.count))  \(help)\n"
        }.joined()
    }
}

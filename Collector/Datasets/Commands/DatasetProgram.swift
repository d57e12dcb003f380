import Glibc
import Model
public import Runtime
import Tables

/// The command line of `bellwether-dataset`.
public enum DatasetProgram {
    public static let program = make(DatasetCatalog.all)

    /// The program with these kinds; tests have kinds of their own.
    static func make(_ kinds: [any DatasetKind.Type]) -> Program {
        let names = kinds.map { $0.name }.joined(separator: ", ")
        let example = kinds.first?.name ?? "caster"
        let kind = Option("kind", "KIND", "The kind of dataset: \(names).", isRequired: true)
        let seed = Option("seed", "N", "The same seed gives the same dataset. Default: 1.")
        let config = Option("config", "FILE", "The kind's configuration file; see: config --kind KIND.")
        let numbers = DatasetParameter.Name.allCases.map { Option($0.rawValue, "N", help(of: $0, kinds)) }
        let folder = Option("folder", "DIR", "The dataset's folder.", isRequired: true, byPlace: true)
        return Program(
            name: "bellwether-dataset",
            summary: "Writes labelled datasets from the simulators, and checks, describes and draws them.",
            version: Version.text,
            commands: [
                Command(
                    "generate", "Generates a dataset into a folder, which appears whole or not at all.",
                    options: [
                        Option("kind", "KIND", "The kind of dataset: \(names)."),
                        Option("all", "Every kind, each in its own folder below --out."),
                    ] + numbers + [
                        seed,
                        Option(
                            "format", "FORMAT",
                            "parquet, csv, json, both (parquet and csv), or several with commas. Default: parquet."),
                        config, Option("out", "DIR", "The folder to make.", isRequired: true),
                        Option(
                            "jobs", "N", "Threads that generate; changes nothing in the result. Default: all cores."),
                        Option("resume", "Goes on with an interrupted run."),
                        Option("force", "Replaces a dataset, or drops an interrupted run."),
                    ],
                    example: "--kind \(example) --seed 42 --out data/\(example)"
                ) { arguments throws(UsageFailure) in try GenerateCommand.run(arguments, kinds) },
                Command(
                    "preview", "Shows the first rows of every table, and writes nothing.",
                    options: [kind, Option("count", "N", "Rows of each table. Default: 10.")]
                        + numbers.filter { $0.name != "count" }
                        + [seed, config, Option("format", "FORMAT", "text, csv or json. Default: text.")],
                    example: "--kind \(example) --count 5"
                ) { arguments throws(UsageFailure) in try PreviewCommand.run(arguments, kinds) },
                Command(
                    "describe", "Describes the tables of a kind: columns, units, ranges.",
                    options: [kind, seed, config, Option("json", "Print JSON.")] + numbers,
                    example: "--kind \(example)"
                ) { arguments throws(UsageFailure) in try DescribeCommand.run(arguments, kinds) },
                Command(
                    "config", "Prints a complete configuration file of a kind with comments.", options: [kind],
                    example: "--kind \(example) > \(example).yaml"
                ) { arguments throws(UsageFailure) in try DescribeCommand.config(arguments, kinds) },
                Command(
                    "validate", "Checks a dataset: sums, schema, ranges, and the kind's own rules.",
                    options: [folder, Option("json", "Print JSON.")], example: "data/\(example)"
                ) { arguments throws(UsageFailure) in try ValidateCommand.run(arguments, kinds) },
                Command(
                    "report", "Writes a quality report of a dataset: one HTML file with its pictures.",
                    options: [folder, Option("out", "FILE", "The file to write. Default: DIR-report.html.")],
                    example: "data/\(example)"
                ) { arguments throws(UsageFailure) in try ReportCommand.run(arguments, kinds) },
                Command(
                    "plot", "Draws one cast (run, facility) of a dataset over time, as SVG.",
                    options: [
                        folder,
                        Option("cast", "N", "Which: its number, counted from 1, or its name.", isRequired: true),
                        Option("columns", "NAMES", "Which columns, with commas. Default: those of the kind's report."),
                        Option("out", "FILE", "The file to write.", isRequired: true),
                    ], example: "data/\(example) --cast 17 --out cast-17.svg"
                ) { arguments throws(UsageFailure) in try PlotCommand.run(arguments, kinds) },
                Command(
                    "replay", "Plays a dataset, or a file of your own, as a live asset through an agent.",
                    options: [
                        Option(
                            "folder", "DIR", "The dataset's folder, or a Parquet, CSV or JSON file.", isRequired: true,
                            byPlace: true),
                        Option("asset", "ID", "The asset that it becomes.", isRequired: true),
                        Option("mqtt", "HOST:PORT", "The broker. Default: 127.0.0.1:1883."),
                        Option("speed", "X", "0.1 to 100 times the recorded pace. Default: 1."),
                        Option("cast", "N", "Only this cast (run, facility): its number, or its name."),
                        Option("where", "COLUMN=VALUE", "Only rows that say this."),
                        Option("table", "NAME", "Which table of the folder."),
                        Option("mapping", "FILE", "What the columns mean; docs/datasets.md has the keys."),
                        Option("site", "SITE", "The Sparkplug group. Default: demo."),
                        Option("host-id", "ID", "The collector to wait for, or none. Default: bellwether."),
                        Option("state", "DIR", "Keeps the outbox here; the same again goes on where it was."),
                        Option("repeat", "From the beginning again at the end."),
                    ], example: "data/\(example) --cast 17 --asset \(example)-9 --mqtt 127.0.0.1:1883 --speed 10"
                ) { arguments throws(UsageFailure) in try ReplayCommand.run(arguments, kinds) },
            ])
    }

    private static func help(of name: DatasetParameter.Name, _ kinds: [any DatasetKind.Type]) -> String {
        let uses = kinds.compactMap { kind in
            kind.parameters.first { $0.name == name }.map { "\($0.what) (\(kind.name): \($0.standard))" }
        }
        let what =
            switch name {
            case .count: "How many"
            case .minutes: "Minutes of each"
            case .interval: "Minutes from one reading to the next"
            case .facilities: "How many facilities they belong to"
            }
        return uses.isEmpty ? "\(what)." : "\(what): \(uses.joined(separator: ", "))."
    }
}

/// What several commands read from the command line.
extension Arguments {
    func kind(_ kinds: [any DatasetKind.Type]) throws(UsageFailure) -> any DatasetKind.Type {
        let name = try choice("kind", of: kinds.map { $0.name })
        guard let kind = kinds.first(where: { $0.name == name }) else { throw UsageFailure("--kind KIND is missing") }
        return kind
    }

    /// The request for a kind: every parameter within its range, none that it does not have. `rows`: the count is not
    /// the kind's but of rows to show, of which the kind has to make as many if it can.
    func request(
        _ kind: any DatasetKind.Type, ignoresForeign: Bool = false, rows: Int? = nil
    ) throws(UsageFailure) -> DatasetRequest {
        var numbers: [DatasetParameter.Name: Int] = [:]
        for name in DatasetParameter.Name.allCases where name != .count || rows == nil {
            guard let parameter = kind.parameters.first(where: { $0.name == name }) else {
                guard !has(name.rawValue) || ignoresForeign else {
                    let own = kind.parameters.map { "--\($0.name.rawValue)" }.joined(separator: ", ")
                    throw UsageFailure("--\(name.rawValue) is nothing that kind \(kind.name) has; it has \(own)")
                }
                continue
            }
            do throws(UsageFailure) {
                numbers[name] = try int(name.rawValue, in: parameter.range) ?? parameter.standard
            } catch {
                throw UsageFailure("\(error) (\(parameter.what))")
            }
        }
        if let rows, let parameter = kind.parameters.first(where: { $0.name == .count }) {
            numbers[.count] = min(max(rows, parameter.range.lowerBound), parameter.range.upperBound)
        }
        guard !has("config") || kind.sampleConfig != nil || ignoresForeign else {
            throw UsageFailure("--config is nothing that kind \(kind.name) has")
        }
        return DatasetRequest(
            numbers: numbers, seed: UInt64(try int("seed", in: 0...Int.max) ?? 1),
            formats: rows == nil ? try formats() : [.csv],
            configPath: kind.sampleConfig == nil ? nil : value("config"))
    }

    private func formats() throws(UsageFailure) -> [TableFormat] {
        guard let text = value("format") else { return [.parquet] }
        var found: Set<TableFormat> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if word == "both" {
                found.formUnion([.parquet, .csv])
            } else if let format = TableFormat(rawValue: word) {
                found.insert(format)
            } else {
                let hint = NearestName.hint(for: word, in: TableFormat.allCases.map(\.rawValue) + ["both"])
                throw UsageFailure("--format must be parquet, csv, json or both, got \(Text.quoted(word))\(hint)")
            }
        }
        return TableFormat.allCases.filter { found.contains($0) }
    }
}

/// Ends a command with what went wrong.
func failed(_ command: String, _ failure: DatasetFailure) -> ExitCode {
    StandardError.write("bellwether-dataset \(command): \(failure)\n")
    return failure.exitCode
}

import Runtime
import Tables

/// `bellwether-dataset report`
enum ReportCommand {
    static func run(_ arguments: Arguments, _ kinds: [any DatasetKind.Type]) throws(UsageFailure) -> ExitCode {
        do throws(DatasetFailure) {
            let dataset = try DatasetReader(arguments["folder"])
            // Not inside: the folder holds what its manifest names, and nothing else.
            let path = arguments.value("out") ?? "\(dataset.folder)-report.html"
            let page = try QualityReport.page(dataset, kinds)
            try fromFiles { () throws(FileFailure) in try Files.writeAtomically(Array(page.utf8), to: path) }
            return StandardOutput.finish("\(path)\n")
        } catch {
            return failed("report", error)
        }
    }
}

/// `bellwether-dataset plot`
enum PlotCommand {
    static func run(_ arguments: Arguments, _ kinds: [any DatasetKind.Type]) throws(UsageFailure) -> ExitCode {
        let columns = arguments.value("columns")?.split(separator: ",").map(String.init) ?? []
        do throws(DatasetFailure) {
            let dataset = try DatasetReader(arguments["folder"])
            guard let kind = kinds.first(where: { $0.name == dataset.kind }), let series = kind.reportPlan.series,
                dataset.table(series.table) != nil
            else { throw .usage("\(dataset.folder) is of kind \(dataset.kind), which has nothing to draw over time") }
            let group = try group(arguments["cast"], dataset, series)
            let data = try SeriesData(dataset, series, group: group, columns: columns)
            guard !data.lines.isEmpty else {
                throw .usage("--cast: \(Text.quoted(group)) has no values to draw in \(series.table)")
            }
            let picture = SVG.series(data, title: "\(dataset.kind): \(group)")
            try fromFiles { () throws(FileFailure) in
                try Files.writeAtomically(Array((picture + "\n").utf8), to: arguments["out"])
            }
            return StandardOutput.finish("\(arguments["out"])\n")
        } catch {
            return failed("plot", error)
        }
    }

    /// A number counts from 1, in the order of the rows; anything else is a name.
    static func group(
        _ word: String, _ dataset: DatasetReader, _ series: ReportPlan.Series
    ) throws(DatasetFailure) -> String {
        let groups = try SeriesData.groups(dataset, series, limit: 1_000_000)
        if groups.contains(word) { return word }
        guard let number = Int(word), number > 0, number <= groups.count else {
            throw .usage(
                "--cast must be 1 to \(groups.count), or a \(series.group), got \(Text.quoted(word))"
                    + NearestName.hint(for: word, in: groups.prefix(1000)))
        }
        return groups[number - 1]
    }
}

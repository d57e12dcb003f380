import Runtime

/// Prints figures as they come: JSON lines to stdout for programs, and a table to stderr for people.
struct Report {
    private var figures: [Figure] = []
    /// Of the machine when the present benchmark began: what others were doing.
    var loadAverage = 0.0

    mutating func add(_ figure: Figure) throws {
        var figure = figure
        figure.loadAverage = loadAverage
        figures.append(figure)
        try StandardOutput.write(String(decoding: figure.json, as: UTF8.self) + "\n")
    }

    func say(_ text: String) { StandardError.write("bench: \(text)\n") }

    func printTable() {
        guard !figures.isEmpty else { return }
        let heads = ["figure", "value", "unit", "rival", "rival's", "ratio", "bar", "", "load"]
        let rows = figures.map { figure in
            [
                figure.figure.isEmpty ? figure.name : "\(figure.name): \(figure.figure)", Figure.text(figure.value),
                figure.unit, figure.comparedWith, figure.comparedValue.map { Figure.text($0) } ?? "",
                figure.ratio.map { Figure.text($0) } ?? "", figure.barText,
                figure.isMet.map { $0 ? "met" : "MISSED" } ?? "", Figure.text(figure.loadAverage),
            ]
        }
        let widths = heads.indices.map { column in ([heads] + rows).map { $0[column].count }.max() ?? 0 }
        let numeric: Set = [1, 4, 5, 8]
        var text = "\n"
        for (index, row) in ([heads] + rows).enumerated() {
            let cells = row.enumerated().map { column, cell in
                let pad = String(repeating: " ", count: widths[column] - cell.count)
                return numeric.contains(column) ? pad + cell : cell + pad
            }
            text += cells.joined(separator: "  ") + "\n"
            guard index > 0, !figures[index - 1].note.isEmpty else { continue }
            text += "    \(figures[index - 1].note)\n"
        }
        StandardError.write(text + "\n")
    }
}

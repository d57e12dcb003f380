import Runtime

/// Pictures as SVG text, that follow the page's colours in light and dark.
enum SVG {
    /// Colours that tell lines apart, also for eyes that see red and green alike (Okabe and Ito).
    static let line = "#0072b2"

    static func picture(width: Int, height: Int, title: String, _ body: String) -> String {
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" "
            + "height=\"\(height)\" role=\"img\" font-family=\"system-ui,sans-serif\" font-size=\"11\" "
            + "fill=\"currentColor\"><title>\(escaped(title))</title>\(body)</svg>"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }

    static func text(_ text: String, x: Double, y: Double, anchor: String = "start", extra: String = "") -> String {
        "<text x=\"\(short(x))\" y=\"\(short(y))\" text-anchor=\"\(anchor)\"\(extra)>\(escaped(text))</text>"
    }

    /// A coordinate to a tenth: more is not seen.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = (value * 10).rounded()
        return tenths == (tenths / 10).rounded() * 10 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
    }

    /// A number for people: four significant digits.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        guard value != 0 else { return "0" }
        var scale = 1.0
        while value.magnitude * scale < 1000, scale < 1e12 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded.magnitude < 1e15 && rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    // MARK: - Charts

    static func histogram(_ histogram: Histogram, title: String) -> String {
        let (width, height) = (160.0, 36.0)
        let most = Double(max(histogram.counts.max() ?? 1, 1))
        let step = width / Double(Histogram.bins)
        var body = ""
        for (bin, count) in histogram.counts.enumerated() where count > 0 {
            let size = max(Double(count) / most * height, 1)
            body += "<rect x=\"\(short(Double(bin) * step))\" y=\"\(short(height - size))\" "
            body += "width=\"\(short(step))\" height=\"\(short(size))\" fill=\"\(line)\"/>"
        }
        return picture(width: Int(width), height: Int(height), title: title, body)
    }

    /// One panel for each line, one below the other, over the same time.
    static func series(_ data: SeriesData, title: String, width: Int = 900) -> String {
        let panel = 74.0
        let left = 210.0
        let right = Double(width) - 10
        let lines = data.lines.filter { $0.values.contains(where: \.isFinite) }
        let start = lines.compactMap(\.times.first).min() ?? 0
        let end = max(lines.compactMap(\.times.last).max() ?? 1, start + 1)
        let top = 30.0
        let height = Int(top + panel * Double(lines.count) + 24)
        var body = text(title, x: 8, y: 18, extra: " font-size=\"14\" font-weight=\"600\"")
        for (place, item) in lines.enumerated() {
            let upper = top + panel * Double(place) + 6
            let lower = upper + panel - 16
            let known = item.values.filter(\.isFinite)
            let low = known.min() ?? 0
            let high = known.max() ?? 1
            let span = high > low ? high - low : 1
            body +=
                text(item.name, x: 8, y: upper + 14) + text(item.unit, x: 8, y: upper + 30, extra: " opacity=\"0.65\"")
            body += text(number(high), x: left - 6, y: upper + 8, anchor: "end", extra: " opacity=\"0.65\"")
            body += text(number(low), x: left - 6, y: lower, anchor: "end", extra: " opacity=\"0.65\"")
            body +=
                "<path d=\"M\(short(left)) \(short(lower + 2))H\(short(right))\" stroke=\"currentColor\" opacity=\"0.2\"/>"
            body += path(item, pixels: right - left) { time, value in
                let x = left + (time - start) / (end - start) * (right - left)
                return (x, high > low ? lower - (value - low) / span * (lower - upper) : (lower + upper) / 2)
            }
        }
        let bottom = Double(height) - 8
        body += text(RFC3339.format(ms: Int64(start)), x: left, y: bottom, extra: " opacity=\"0.65\"")
        body += text(RFC3339.format(ms: Int64(end)), x: right, y: bottom, anchor: "end", extra: " opacity=\"0.65\"")
        return picture(width: width, height: height, title: title, body)
    }

    /// A line with, in each pixel's width, its least and greatest value: no excursion is lost.
    private static func path(
        _ item: SeriesData.Line, pixels: Double, _ place: (Double, Double) -> (Double, Double)
    ) -> String {
        let bucket = max(Int((Double(item.values.count) / pixels).rounded(.up)), 1)
        var text = ""
        var isDrawing = false
        var at = 0
        while at < item.values.count {
            let rows = at..<min(at + bucket, item.values.count)
            at = rows.upperBound
            let known = rows.filter { item.values[$0].isFinite }
            guard let least = known.min(by: { item.values[$0] < item.values[$1] }),
                let greatest = known.max(by: { item.values[$0] < item.values[$1] })
            else {
                isDrawing = false
                continue
            }
            for row in least == greatest ? [least] : [least, greatest].sorted() {
                let (x, y) = place(item.times[row], item.values[row])
                text += "\(isDrawing ? "L" : "M")\(short(x)) \(short(y))"
                isDrawing = true
            }
        }
        return "<path d=\"\(text)\" fill=\"none\" stroke=\"\(line)\" stroke-width=\"1\"/>"
    }

    /// Correlation coefficients as colours: blue together, orange against each other.
    static func heatMap(_ names: [String], title: String, _ coefficient: (Int, Int) -> Double?) -> String {
        let cell = 20.0
        let left = 190.0
        let top = 150.0
        let size = cell * Double(names.count)
        var body = ""
        for (row, name) in names.enumerated() {
            let y = top + cell * Double(row)
            body += text(name, x: left - 6, y: y + 14, anchor: "end")
            let x = left + cell * Double(row) + 13
            body += text(
                name, x: x, y: top - 6, extra: " transform=\"rotate(-60 \(short(x)) \(short(top - 6)))\"")
            for column in names.indices {
                let value = coefficient(row, column)
                let colour = (value ?? 0) < 0 ? "#d55e00" : "#0072b2"
                body +=
                    "<rect x=\"\(short(left + cell * Double(column)))\" y=\"\(short(y))\" width=\"19\" height=\"19\" "
                body += "fill=\"\(colour)\" fill-opacity=\"\(short((value ?? 0).magnitude * 10 / 10))\" "
                body += "stroke=\"currentColor\" stroke-opacity=\"0.15\"><title>\(escaped(name)) and "
                body += "\(escaped(names[column])): \(value.map { number($0) } ?? "constant")</title></rect>"
            }
        }
        return picture(width: Int(left + size + 110), height: Int(top + size + 10), title: title, body)
    }
}

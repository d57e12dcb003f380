import Glibc
import Runtime

/// How far a run is, on a terminal only: a bar, and the time that is left.
struct Progress {
    private static let everyMs: Int64 = 100

    private let isShown: Bool
    private var firstPart = 0
    private var total = 0
    private var beganMs: Int64 = 0
    private var shownMs: Int64 = 0

    /// Shows nothing unless stderr is a terminal.
    init(isShown: Bool = isatty(2) == 1) { self.isShown = isShown }

    mutating func begin(done: Int, of total: Int) {
        firstPart = done
        self.total = total
        beganMs = Clock.monotonicMs()
        shownMs = 0
    }

    mutating func show(done: Int) {
        let nowMs = Clock.monotonicMs()
        guard isShown, nowMs - shownMs >= Progress.everyMs else { return }
        shownMs = nowMs
        StandardError.write(
            "\r\(Progress.line(done: done, total, from: firstPart, elapsedMs: nowMs - beganMs))\u{1B}[K")
    }

    func end() {
        if isShown { StandardError.write("\r\u{1B}[K") }
    }

    static func line(done: Int, _ total: Int, from first: Int, elapsedMs: Int64) -> String {
        let share = total > 0 ? Double(done) / Double(total) : 1
        let filled = Int((share * 30).rounded(.down))
        var text = "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled) + "]"
        text += " \(Int((share * 100).rounded(.down))) %"
        if done > first, done < total {
            let leftS = Double(elapsedMs) / Double(done - first) * Double(total - done) / 1000
            text += ", \(Progress.time(Int(min(leftS.rounded(.up), 1e9)))) left"
        }
        return text
    }

    private static func time(_ seconds: Int) -> String {
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    }
}

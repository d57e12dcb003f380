/// Decides which lines of a flood are written. Knows no clock: the caller says what time it is.
struct RepeatLimit {
    /// How long after its first line a message is limited.
    static let windowMs: Int64 = 10_000
    /// Lines of one message with different fields that are written in a window.
    static let burst = 10
    /// Messages that are watched at a time.
    static let maxMessages = 256

    struct Message: Hashable {
        let level: Log.Level
        let component: String
        let text: String
    }

    /// A message of which lines were left out.
    struct Remainder: Equatable {
        let message: Message
        let count: Int
    }

    private struct Window {
        let startMs: Int64
        var variants: [Int]
        var left = 0
    }

    private var windows: [Message: Window] = [:]
    private var nextSweepMs = Int64.min

    /// Whether to write the line, and what else there is to say now about earlier ones.
    mutating func admit(_ message: Message, variant: Int, nowMs: Int64) -> (isWritten: Bool, remainders: [Remainder]) {
        var remainders: [Remainder] = []
        if nowMs >= nextSweepMs {
            remainders = sweep(before: nowMs)
            nextSweepMs = nowMs + 1000
        }
        guard var window = windows[message], nowMs - window.startMs < RepeatLimit.windowMs else {
            if let old = windows.removeValue(forKey: message), old.left > 0 {
                remainders.append(Remainder(message: message, count: old.left))
            }
            if windows.count >= RepeatLimit.maxMessages { remainders += forgetOldest() }
            windows[message] = Window(startMs: nowMs, variants: [variant])
            return (true, remainders)
        }
        let isNew = !window.variants.contains(variant) && window.variants.count < RepeatLimit.burst
        if isNew { window.variants.append(variant) } else { window.left += 1 }
        windows[message] = window
        return (isNew, remainders)
    }

    /// Forgets everything and says what was left out.
    mutating func drain() -> [Remainder] {
        defer { windows.removeAll() }
        return remainders(of: windows)
    }

    private mutating func forgetOldest() -> [Remainder] {
        guard let oldest = windows.min(by: { $0.value.startMs < $1.value.startMs }) else { return [] }
        windows[oldest.key] = nil
        return remainders(of: [oldest.key: oldest.value])
    }

    private mutating func sweep(before nowMs: Int64) -> [Remainder] {
        let over = windows.filter { nowMs - $0.value.startMs >= RepeatLimit.windowMs }
        for message in over.keys { windows[message] = nil }
        return remainders(of: over)
    }

    private func remainders(of windows: [Message: Window]) -> [Remainder] {
        windows.filter { $0.value.left > 0 }.sorted { $0.value.startMs < $1.value.startMs }
            .map { Remainder(message: $0.key, count: $0.value.left) }
    }
}

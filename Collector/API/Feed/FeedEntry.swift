import Ingest
import Model
import Postgres
import Runtime
import Web

/// A choice of signals, shared by all subscriptions that made the same.
final class FeedSelection {
    /// Sorted, without repetition.
    let signals: [String]
    let set: Set<String>

    init(signals: [String]) {
        self.signals = signals
        set = Set(signals)
    }
}

/// An item in its place, and its JSON, made once for all who are sent the same.
final class FeedEntry {
    let item: FeedItem
    let number: Int
    /// What newer items replace it for a slow client: its asset and group. Nil: never replaced.
    let key: Int?
    /// On the monotonic clock.
    let publishedMs: Int64

    private struct Memo {
        let selection: FeedSelection?
        /// Empty if the selection has nothing of this item.
        var json: [UInt8]
        var frame: SharedFrame?
    }

    private var memos: [Memo] = []

    init(item: FeedItem, number: Int, key: Int?, publishedMs: Int64) {
        self.item = item
        self.number = number
        self.key = key
        self.publishedMs = publishedMs
    }

    var byteCount: Int { item.byteCount }

    /// True if the selection has any of this item's signals.
    func concerns(_ selection: FeedSelection?) -> Bool {
        guard let selection, case .frame(let frame) = item else { return true }
        return frame.signals.contains { selection.set.contains($0.name) }
    }

    /// The item as JSON.
    func json(_ selection: FeedSelection?) -> [UInt8] { memos[memo(selection)].json }

    /// The message that brings the item as news.
    func message(_ selection: FeedSelection?, instance: UInt32) -> SharedFrame {
        let index = memo(selection)
        if let frame = memos[index].frame { return frame }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("type", isAlert ? "alert" : "delta")
        writer.field("cursor", FeedCursor(instance: instance, number: number).text)
        writer.key(isAlert ? "alert" : "frame")
        writer.raw(memos[index].json)
        writer.endObject()
        let frame = SharedFrame(text: writer.bytes)
        memos[index].frame = frame
        return frame
    }

    /// Lets go of the JSON; it is made again if need be.
    func forgetJSON() { memos = [] }

    private var isAlert: Bool {
        if case .alert = item { return true }
        return false
    }

    private func memo(_ selection: FeedSelection?) -> Int {
        if let index = memos.firstIndex(where: { $0.selection === selection }) { return index }
        var writer = JSONWriter()
        switch item {
        case .frame(let frame): Self.write(frame, selection, to: &writer)
        case .alert(let alert): Self.write(alert, to: &writer)
        case .missing: break
        }
        memos.append(Memo(selection: selection, json: writer.bytes))
        return memos.count - 1
    }

    private static func write(_ frame: FeedFrame, _ selection: FeedSelection?, to writer: inout JSONWriter) {
        let chosen = zip(frame.signals, frame.values).enumerated().filter {
            selection?.set.contains($0.element.0.name) ?? true
        }
        writer.beginObject()
        writer.field("asset", frame.asset)
        writer.field("kind", frame.kind)
        writer.field("group", frame.group)
        writer.field("ts", timeMs: frame.timeMs)
        writer.field("epoch", Epoch(bits: frame.epochBits)?.description)
        writer.field("seq", frame.sequence)
        writer.key("values")
        writer.beginObject()
        for (_, (signal, value)) in chosen {
            writer.key(signal.name)
            writer.reading(value, signal.form, text: nil)
        }
        writer.endObject()
        let flawed = chosen.filter {
            frame.qualities.indices.contains($0.offset) && frame.qualities[$0.offset] != .good
        }
        if !flawed.isEmpty {
            writer.key("quality")
            writer.beginObject()
            for (index, (signal, _)) in flawed { writer.field(signal.name, frame.qualities[index].word) }
            writer.endObject()
        }
        writer.field("health", frame.health)
        writer.field("status", frame.status)
        if frame.isHistorical { writer.field("historical", true) }
        writer.endObject()
    }

    private static func write(_ alert: FeedAlert, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("kind", alert.kind)
        writer.field("severity", alert.severity)
        writer.field("occurred_at", timeMs: alert.timeMs)
        writer.field("site", alert.site)
        writer.field("agent", alert.agent)
        writer.field("asset", alert.asset)
        writer.field("message", alert.message)
        writer.key("detail")
        // It comes from our own writer, but one that is wrong must not spoil the whole message.
        let detail = Array(alert.detail.utf8)
        if (try? JSON(detail))?.object != nil { writer.raw(detail) } else { writer.null() }
        writer.field("health", alert.health)
        writer.field("status", alert.status)
        writer.endObject()
    }
}

extension Quality {
    /// As the feed and the API write it.
    var word: String {
        switch self {
        case .good: "good"
        case .stale: "stale"
        case .bad: "bad"
        }
    }
}

extension AssetInfo.SignalInfo {
    /// How its values are to be understood.
    fileprivate var form: SignalSet.Form { isFlag ? .flag : labels.isEmpty ? .number : .category(labels) }
}

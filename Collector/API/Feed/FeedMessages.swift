import Runtime
import Web

/// What the feed says besides news, as docs/websocket.md describes it.
enum FeedMessages {
    static let protocolVersion = 1

    static func hello(serverMs: Int64, resumeWindowMs: Int64, cursor: FeedCursor) -> SharedFrame {
        make("hello") { writer in
            writer.field("protocol", protocolVersion)
            writer.field("server_time", timeMs: serverMs)
            writer.field("resume_window_s", resumeWindowMs / 1000)
            writer.field("cursor", cursor.text)
        }
    }

    /// One part of a snapshot; the last has the cursor.
    static func snapshot(_ id: FeedID, of name: String, _ items: [[UInt8]], cursor: FeedCursor?) -> SharedFrame {
        make("snapshot") { writer in
            write(id, to: &writer)
            writer.field("more", cursor == nil)
            if let cursor { writer.field("cursor", cursor.text) }
            writer.key(name)
            writer.beginArray()
            for item in items { writer.raw(item) }
            writer.endArray()
        }
    }

    static func gap(
        _ id: FeedID, from: FeedCursor, to: FeedCursor, missed: Int?, reason: FeedQueue.Reason
    ) -> SharedFrame {
        make("gap") { writer in
            write(id, to: &writer)
            writer.field("from", from.text)
            writer.field("to", to.text)
            writer.field("missed", missed)
            writer.field("reason", reason.rawValue)
        }
    }

    static func unsubscribed(_ id: FeedID) -> SharedFrame { make("unsubscribed") { write(id, to: &$0) } }

    static func heartbeat(serverMs: Int64, cursor: FeedCursor?) -> SharedFrame {
        make("heartbeat") { writer in
            writer.field("server_time", timeMs: serverMs)
            if let cursor { writer.field("cursor", cursor.text) }
        }
    }

    static func error(_ refusal: FeedRefusal) -> SharedFrame {
        make("error") { writer in
            if let id = refusal.id { write(id, to: &writer) }
            writer.field("code", refusal.code)
            writer.field("message", refusal.message)
        }
    }

    private static func write(_ id: FeedID, to writer: inout JSONWriter) {
        writer.key("id")
        id.write(to: &writer)
    }

    private static func make(_ type: String, _ body: (inout JSONWriter) -> Void) -> SharedFrame {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("type", type)
        body(&writer)
        writer.endObject()
        return SharedFrame(text: writer.bytes)
    }
}

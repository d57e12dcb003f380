/// Where a row of a batch comes from: needed only when PostgreSQL refuses it.
struct RowOrigin: Sendable {
    let stream: Int32
    /// Nil for a plain node, which gives no numbers.
    let sequence: Int64?
    let chain: UInt64?
    /// Its place in the batch's frames.
    let frame: Int
    let message: MessagePlace
}

/// Where a batch keeps a message as it came.
struct MessagePlace: Sendable {
    let source: Int
    let entry: Int
}

/// The message being processed, and those that it came with.
struct MessageSource {
    var messages = MessageBatch()
    /// Tells sources apart; 0 for none.
    var number = 0
    var entry = 0
}

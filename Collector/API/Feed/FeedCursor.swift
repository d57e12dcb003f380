/// A place in a feed: after the item of this number. Opaque to clients.
struct FeedCursor: Sendable, Equatable {
    /// Of the process that numbers the items; another process, another numbering.
    let instance: UInt32
    let number: Int

    init(instance: UInt32, number: Int) {
        self.instance = instance
        self.number = number
    }

    /// Exactly what `text` makes.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= 32, parts.count == 2, let instance = UInt32(parts[0], radix: 16),
            let number = Int(parts[1], radix: 36), number >= 0
        else { return nil }
        self.init(instance: instance, number: number)
        guard self.text == text else { return nil }
    }

    var text: String { "\(String(instance, radix: 16))-\(String(number, radix: 36))" }
}

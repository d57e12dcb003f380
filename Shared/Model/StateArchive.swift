/// Saves or restores a value's state as 64-bit words; one visiting function serves both directions.
///
///     mutating func visitState(_ archive: inout StateArchive) {
///         archive.visit(&powerFraction)
///         archive.visit(&random)
///     }
public struct StateArchive: Sendable {
    private enum Mode: Sendable { case saving, restoring(at: Int) }
    private var mode: Mode
    /// The words saved so far, or those being restored from.
    public private(set) var words: [UInt64]
    /// False once a restore has asked for more words than there are.
    public private(set) var isIntact = true

    /// An archive to save into.
    public init() {
        mode = .saving
        words = []
    }

    /// An archive to restore from.
    public init(restoring words: [UInt64]) {
        mode = .restoring(at: 0)
        self.words = words
    }

    /// True when a restore has consumed exactly what was saved.
    public var isComplete: Bool {
        guard case .restoring(let at) = mode else { return isIntact }
        return isIntact && at == words.count
    }

    public mutating func visit(_ value: inout UInt64) {
        switch mode {
        case .saving: words.append(value)
        case .restoring(let at):
            guard at < words.count else {
                isIntact = false
                return
            }
            value = words[at]
            mode = .restoring(at: at + 1)
        }
    }

    public mutating func visit(_ value: inout Double) {
        var bits = value.bitPattern
        visit(&bits)
        value = Double(bitPattern: bits)
    }

    public mutating func visit(_ value: inout Int) {
        var bits = UInt64(bitPattern: Int64(value))
        visit(&bits)
        value = Int(truncatingIfNeeded: Int64(bitPattern: bits))
    }

    public mutating func visit(_ value: inout Bool) {
        var bits: UInt64 = value ? 1 : 0
        visit(&bits)
        value = bits != 0
    }

    public mutating func visit(_ random: inout SeededRandom) { visit(&random.state) }

    /// The count of `values` is not part of the state: both sides must agree on it.
    public mutating func visit(_ values: inout [Double]) {
        for index in values.indices { visit(&values[index]) }
    }
}

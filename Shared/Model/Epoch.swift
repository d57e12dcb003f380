/// One unbroken life of an outbox: a random number, never zero. Sequence numbers count from 1 within an epoch.
public struct Epoch: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let bits: UInt64

    /// Nil for zero, which means "no epoch".
    public init?(bits: UInt64) {
        guard bits != 0 else { return nil }
        self.bits = bits
    }

    /// Exactly 16 lower-case hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        let digits = text.utf8
        guard digits.count == 16, digits.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }),
            let bits = UInt64(text, radix: 16)
        else { return nil }
        self.init(bits: bits)
    }

    public var description: String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    public static func < (left: Epoch, right: Epoch) -> Bool { left.bits < right.bits }
}

/// Identifies a stream: what one agent numbers in one epoch.
public struct StreamID: Sendable, Hashable, CustomStringConvertible {
    public let site: String
    public let agent: String
    public let epoch: Epoch

    public init(site: String, agent: String, epoch: Epoch) {
        self.site = site
        self.agent = agent
        self.epoch = epoch
    }

    public var description: String { "\(site)/\(agent)@\(epoch)" }
}

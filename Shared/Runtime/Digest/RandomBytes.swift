import CSystem
public import Model

/// Randomness that nobody can foresee, from the kernel. For what must be repeatable there is `SeededRandom`.
public enum RandomBytes {
    /// Fills the buffer. Fails only on kernels older than 3.17.
    public static func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SystemFailure) {
        guard let start = buffer.baseAddress else { return }
        let code = csystem_random(start, buffer.count)
        guard code == 0 else { throw SystemFailure("cannot read the kernel's random source", code: code) }
    }

    public static func make(count: Int) throws(SystemFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(count, 0))
        try bytes.withUnsafeMutableBufferPointer { (buffer) throws(SystemFailure) in
            try fill(UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes
    }

    public static func number() throws(SystemFailure) -> UInt64 {
        var number: UInt64 = 0
        try withUnsafeMutableBytes(of: &number) { (buffer) throws(SystemFailure) in try fill(buffer) }
        return number
    }
}

extension Epoch {
    /// A new epoch that no other outbox has, as far as 64 random bits can promise.
    public static func random() throws(SystemFailure) -> Epoch {
        while true {
            if let epoch = Epoch(bits: try RandomBytes.number()) { return epoch }
        }
    }
}

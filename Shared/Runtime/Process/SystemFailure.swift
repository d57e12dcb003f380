import Glibc

/// A call to the operating system that failed: what could not be done, and the system's reason.
public struct SystemFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Such as "cannot start thread mqtt".
    public let what: String
    /// The errno.
    public let code: CInt

    public init(_ what: String, code: CInt) {
        self.what = what
        self.code = code
    }

    /// Takes errno as it is now.
    public init(_ what: String) { self.init(what, code: errno) }

    public var description: String { "\(what): \(SystemFailure.text(of: code))" }

    /// The system's words for an errno.
    public static func text(of code: CInt) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress, strerror_r(code, start, buffer.count) == 0 else {
                return "error \(code)"
            }
            return String(cString: start)
        }
    }
}

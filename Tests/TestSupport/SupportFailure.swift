/// What went wrong in a test's own machinery: never a verdict about the product.
public struct SupportFailure: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }

    /// The failure of a system call, with its errno in words.
    static func system(_ what: String, _ code: Int32) -> SupportFailure {
        SupportFailure("\(what): \(errorText(code))")
    }
}

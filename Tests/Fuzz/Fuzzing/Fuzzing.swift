/// What a fuzz target's entry point is given.
public typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

private typealias Input = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>, _ input: Input
) -> CInt

/// The check of this process; set once, before the fuzzer starts.
nonisolated(unsafe) private var check: (@Sendable (UnsafeRawBufferPointer) -> Void)?

/// Hands over to libFuzzer, which calls `body` with one input after the other. A trap in `body` is a finding.
public func fuzz(
    _ count: CInt, _ arguments: Arguments, _ body: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
) -> CInt {
    check = body
    var count = count
    var arguments = arguments
    return runDriver(&count, &arguments) { start, count in
        check?(UnsafeRawBufferPointer(start: start, count: count))
        return 0
    }
}

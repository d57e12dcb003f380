public import Fuzzing

/// SwiftPM's name for the `main` of this target.
@c(WebSocket_main)
public func webSocketMain(_ count: CInt, _ arguments: Arguments) -> CInt {
    fuzz(count, arguments) { bytes in
        if let problem = ClientBytesChecks.check(Array(bytes)) { fatalError(problem) }
    }
}

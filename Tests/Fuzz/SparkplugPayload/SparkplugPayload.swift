public import Fuzzing

/// SwiftPM's name for the `main` of this target.
@c(SparkplugPayload_main)
public func sparkplugPayloadMain(_ count: CInt, _ arguments: Arguments) -> CInt {
    fuzz(count, arguments) { bytes in
        if let problem = SparkplugChecks.payload(Array(bytes)) { fatalError(problem) }
    }
}

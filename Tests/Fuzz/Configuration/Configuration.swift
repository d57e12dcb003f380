public import Fuzzing

/// SwiftPM's name for the `main` of this target.
@c(Configuration_main)
public func configurationMain(_ count: CInt, _ arguments: Arguments) -> CInt {
    fuzz(count, arguments) { bytes in
        if let problem = ConfigurationChecks.check(Array(bytes)) { fatalError(problem) }
    }
}

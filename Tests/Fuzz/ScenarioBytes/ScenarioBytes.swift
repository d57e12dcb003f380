public import Fuzzing

/// SwiftPM's name for the `main` of this target.
@c(ScenarioBytes_main)
public func scenarioBytesMain(_ count: CInt, _ arguments: Arguments) -> CInt {
    fuzz(count, arguments) { bytes in
        if let problem = ScenarioBytesChecks.check(Array(bytes)) { fatalError(problem) }
    }
}

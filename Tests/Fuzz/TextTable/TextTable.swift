public import Fuzzing

/// SwiftPM's name for the `main` of this target.
@c(TextTable_main)
public func textTableMain(_ count: CInt, _ arguments: Arguments) -> CInt {
    fuzz(count, arguments) { bytes in
        if let problem = TableChecks.text(Array(bytes)) { fatalError(problem) }
    }
}

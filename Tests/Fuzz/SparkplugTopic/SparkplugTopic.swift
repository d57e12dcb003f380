public import Fuzzing

/// SwiftPM's name for the `main` of this target.
@c(SparkplugTopic_main)
public func sparkplugTopicMain(_ count: CInt, _ arguments: Arguments) -> CInt {
    fuzz(count, arguments) { bytes in
        if let problem = SparkplugChecks.topic(Array(bytes)) { fatalError(problem) }
    }
}

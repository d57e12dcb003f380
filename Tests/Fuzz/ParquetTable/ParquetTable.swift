public import Fuzzing

/// SwiftPM's name for the `main` of this target.
@c(ParquetTable_main)
public func parquetTableMain(_ count: CInt, _ arguments: Arguments) -> CInt {
    fuzz(count, arguments) { bytes in
        if let problem = TableChecks.parquet(Array(bytes)) { fatalError(problem) }
    }
}

/// Debian's Python with pyarrow, pandas, polars and DuckDB from PyPI: readers that share no code with ours.
public enum IndependentReaders {
    private static let tests = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
    /// Blocks, the first time for a minute.
    private static let interpreter = Result {
        let output = try ChildProcess.run("\(tests)/TablesTests/Python/environment.sh", timeout: .seconds(600))
        guard let path = output.split(separator: "\n").last else {
            throw SupportFailure("environment.sh names no interpreter")
        }
        return String(path)
    }

    /// Nil if they are there, or could be fetched; else why not.
    public static var obstacle: String? {
        if case .failure(let error) = interpreter { return "no readers from PyPI: \(error)" }
        return nil
    }

    /// Runs a script below `Tests`; what it printed.
    public static func run(
        _ script: String, _ arguments: [String], folder: String? = nil, timeout: Duration = .seconds(600)
    ) throws -> String {
        try ChildProcess.run(
            try interpreter.get(), ["-B", "\(tests)/\(script)"] + arguments, folder: folder, timeout: timeout)
    }
}

import Runtime
import TestSupport

/// What an independent judge has found: see `Python/judge.py`.
struct Verdicts: Sendable {
    struct Verdict: Sendable {
        /// How often it was looked at.
        let times: Int64
        /// What was found wrong, the first few.
        let broken: [String]
    }

    let rules: [String: Verdict]

    /// Runs one of the scripts with Debian's Python, paho and protobuf: peers that share no code with ours. `given` are
    /// its arguments; it gets a folder of its own. Blocks.
    static func of(_ script: String, _ given: [String: String], within limit: Duration = .seconds(600)) throws
        -> Verdicts
    {
        let folder = try TemporaryFolder("sparkplug")
        let generated = try folder.folder("generated")
        let schema = "\(repository)/Tests/SparkplugTests"
        try ChildProcess.run("protoc", ["--python_out=\(generated)", "-I", schema, "\(schema)/sparkplug_b.proto"])
        let result = folder.path("result.json")
        var words = given.map { "\($0.key)=\($0.value)" }
        words += ["result=\(result)", "folder=\(try folder.folder("work"))"]
        let child = try ChildProcess(
            "env",
            [
                "PYTHONPATH=\(generated)", "PYTHONDONTWRITEBYTECODE=1", "/usr/bin/python3",
                "\(repository)/Tests/Integration/Python/\(script)",
            ] + words)
        let exit = try child.waitForExit(limit)
        guard exit == .code(0), let bytes = fileBytes(result) else {
            throw SupportFailure("\(script) ended with \(exit): \(child.standardError)\(fileText(result) ?? "")")
        }
        return try Verdicts(JSON(bytes, limits: JSON.Limits(bytes: 1 << 24, values: 1_000_000)))
    }

    private init(_ json: JSON) throws {
        guard let found = json["rules"]?.object else { throw SupportFailure("the judge has written no rules") }
        rules = found.mapValues { verdict in
            Verdict(
                times: verdict["times"]?.int ?? 0, broken: (verdict["broken"]?.array ?? []).compactMap(\.string))
        }
    }

    static let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

    /// A program of the debug build, which is made together with the tests.
    static func program(_ name: String) -> String { "\(repository)/.build/debug/\(name)" }
}

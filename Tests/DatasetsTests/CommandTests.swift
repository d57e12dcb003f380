import Glibc
import Runtime
import TestSupport
import Testing

/// The built program, as users meet it.
@Suite(.timeLimit(.minutes(15)), .serialized) struct CommandTests {
    private static let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
    private static let program = "\(repository)/.build/debug/bellwether-dataset"

    private struct Ending {
        let exit: ChildProcess.Exit
        let output: String
        let error: String
    }

    private func run(_ words: String..., folder: String? = nil) throws -> Ending {
        let child = try ChildProcess(CommandTests.program, words, folder: folder)
        let exit = try child.waitForExit(.seconds(300))
        return Ending(exit: exit, output: child.standardOutput, error: child.standardError)
    }

    @Test func whatIsWrongIsNamedAndLeavesNothing() async throws {
        try await offPool {
            let folder = try TemporaryFolder("commands")
            let out = folder.path("d")
            let wrong: [([String], String)] = [
                (["--kind", "caster", "--count", "0"], "--count must be 1 to"),
                (["--kind", "caster", "--count", "1000000000000000000"], "--count must be 1 to"),
                (["--kind", "caster", "--count", "-1"], "--count must be 1 to"),
                (["--kind", "caster", "--minutes", "NaN"], "--minutes must be 1 to"),
                (["--kind", "castor"], "did you mean \"caster\""), (["--kid", "caster"], "did you mean \"--kind\""),
                (["--kind", "caster", "--facilities", "3"], "--facilities is nothing that kind caster has"),
                (["--kind", "caster", "--format", "parket"], "did you mean \"parquet\""),
                (["--kind", "caster", "--jobs", "0"], "--jobs must be 1 to"),
                (["--kind", "caster", "--resume", "--force"], "exclude each other"),
                (["--kind", "caster", "--config", "/no/such.yaml"], "/no/such.yaml"), ([], "--kind KIND is missing"),
            ]
            for (words, text) in wrong {
                let child = try ChildProcess(CommandTests.program, ["generate", "--out", out] + words)
                #expect(try child.waitForExit() == .code(2), "\(words)")
                #expect(child.standardError.contains(text), "\(words): \(child.standardError)")
            }
            #expect(try Files.entries(of: folder.path) == [])
            let unwritable = try run("generate", "--kind", "caster", "--count", "1", "--out", "/proc/bellwether")
            #expect(unwritable.exit == .code(1))
            #expect(unwritable.error.contains("/proc"))
        }
    }

    @Test(.enabled(if: TestDisk.obstacle == nil, "needs a disk of its own"))
    func aFullDiskIsSaidAndLeavesNoDataset() async throws {
        try await offPool {
            let disk = try TestDisk(.memory, megabytes: 1)
            let full = try run(
                "generate", "--kind", "caster", "--count", "40", "--minutes", "10", "--out", "\(disk.path)/d")
            #expect(full.exit == .code(1))
            #expect(full.error.contains("make room"), "\(full.error)")
            #expect(try Files.entries(of: disk.path).filter { !$0.hasPrefix(".") } == [])
        }
    }

    @Test func helpAndDescriptionsAreThere() async throws {
        try await offPool {
            for command in ["generate", "preview", "describe", "config", "validate", "report", "plot"] {
                let help = try run(command, "--help")
                #expect(help.exit == .code(0) && help.output.contains("Example:"), "\(command)")
            }
            let description = try run("describe", "--kind", "caster")
            #expect(description.output.contains("casting_speed"))
            let schema = try run("describe", "--kind", "caster", "--json")
            #expect(
                try JSON(Array(schema.output.utf8), limits: JSON.Limits(bytes: 1 << 20))["tables"]?.array?.isEmpty
                    == false)
            let preview = try run("preview", "--kind", "caster", "--count", "3", "--minutes", "1", "--format", "csv")
            #expect(preview.exit == .code(0))
            #expect(preview.output.contains("cast_id"))
        }
    }

    @Test func aKilledRunGoesOnToTheSameBytes() async throws {
        try await offPool {
            let folder = try TemporaryFolder("killed")
            let words = [
                "generate", "--kind", "caster", "--count", "400", "--minutes", "3", "--seed", "5", "--format", "both",
                "--jobs", "1",
            ]
            let first = try ChildProcess(CommandTests.program, words + ["--out", folder.path("d")])
            try waitUntil("a checkpoint", within: .seconds(240)) {
                Files.exists(folder.path(".d.partial/.checkpoint.json")) || !first.isRunning
            }
            first.kill()
            #expect(first.exit == .signal(SIGKILL), "\(first.standardError)")
            #expect(!Files.exists(folder.path("d")))
            let again = try ChildProcess(CommandTests.program, words + ["--out", folder.path("d")])
            #expect(try again.waitForExit() == .code(2))
            #expect(again.standardError.contains("--resume"))
            let resumed = try ChildProcess(CommandTests.program, words + ["--resume", "--out", folder.path("d")])
            let whole = try ChildProcess(CommandTests.program, words + ["--out", folder.path("whole")])
            #expect(try resumed.waitForExit(.seconds(400)) == .code(0), "\(resumed.standardError)")
            #expect(try whole.waitForExit(.seconds(400)) == .code(0), "\(whole.standardError)")
            try ChildProcess.run("diff", ["-r", folder.path("d"), folder.path("whole")])
            #expect(try Files.entries(of: folder.path).sorted() == ["d", "whole"])
        }
    }

    @Test func aDatasetIsValidatedReportedAndDrawn() async throws {
        try await offPool {
            let folder = try TemporaryFolder("data")
            _ = try folder.folder("data")
            let made = try run(
                "generate", "--kind", "caster", "--count", "40", "--minutes", "3", "--seed", "42", "--out",
                "data/caster",
                folder: folder.path)
            #expect(made.exit == .code(0), "\(made.error)")
            let out = folder.path("data/caster")
            let valid = try run("validate", out)
            #expect(valid.exit == .code(0), "\(valid.output)\(valid.error)")
            let report = try run("report", out)
            #expect(report.exit == .code(0), "\(report.error)")
            let page = String(decoding: try Files.read("\(out)-report.html", maxBytes: 1 << 26), as: UTF8.self)
            #expect(page.contains("<svg") && page.contains("Correlations of process") && page.contains("</html>"))
            #expect(!page.contains("http://") || !page.contains("src="))
            let plot = try run("plot", out, "--cast", "17", "--out", folder.path("p.svg"))
            #expect(plot.exit == .code(0), "\(plot.error)")
            let picture = String(decoding: try Files.read(folder.path("p.svg"), maxBytes: 1 << 24), as: UTF8.self)
            #expect(picture.contains("casting_speed") && picture.contains("<path"))
            #expect(try run("plot", out, "--cast", "41", "--out", folder.path("q.svg")).exit == .code(2))
            // The document's examples, on this dataset.
            if IndependentReaders.obstacle == nil {
                let examples = try IndependentReaders.run(
                    "TablesTests/Python/run_examples.py", ["\(CommandTests.repository)/docs/datasets.md"],
                    folder: folder.path)
                #expect(examples.contains("examples"))
            }
            // A truncated file is found.
            try ChildProcess.run("truncate", ["-s", "-100", "\(out)/process.parquet"])
            let damaged = try run("validate", out)
            #expect(damaged.exit == .code(1))
            #expect(damaged.output.contains("FAIL  process.parquet"), "\(damaged.output)")
        }
    }
}

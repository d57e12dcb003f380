import Runtime
import Tables

/// `bellwether-dataset validate`
enum ValidateCommand {
    static func run(_ arguments: Arguments, _ kinds: [any DatasetKind.Type]) throws(UsageFailure) -> ExitCode {
        do throws(DatasetFailure) {
            let dataset = try DatasetReader(arguments["folder"])
            let findings = Validation.findings(dataset, kinds)
            let isGood = findings.allSatisfy(\.isGood)
            let code = StandardOutput.finish(arguments.has("json") ? json(findings, isGood) : text(findings, isGood))
            return code == .success && !isGood ? .failure : code
        } catch {
            return failed("validate", error)
        }
    }

    private static func text(_ findings: [Validation.Finding], _ isGood: Bool) -> String {
        var text = ""
        for finding in findings {
            text += "\(finding.isGood ? "ok  " : "FAIL")  \(finding.what): \(finding.words)\n"
        }
        let bad = findings.count { !$0.isGood }
        return text + (isGood ? "The dataset is good.\n" : "\(bad) of \(findings.count) checks failed.\n")
    }

    private static func json(_ findings: [Validation.Finding], _ isGood: Bool) -> String {
        var json = JSONWriter()
        json.object { json in
            json.field("good", isGood)
            json.field(
                "checks",
                array: { json in
                    for finding in findings {
                        json.object { json in
                            json.field("what", finding.what)
                            json.field("good", finding.isGood)
                            json.field("words", finding.words)
                        }
                    }
                })
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }
}

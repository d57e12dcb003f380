import Ingest
import Model
import Postgres
import Runtime

/// `bellwether-collector audit`: whether everything that was made is stored exactly once, or declared as lost.
struct AuditCommand {
    /// An agent's journal, and whose it is.
    struct JournalChoice {
        let site: String
        let agent: String
        let path: String
    }

    static let command = Command(
        "audit", "Proves that nothing was lost or doubled: exit status 0 only if everything is whole.",
        options: [
            Option("config", "FILE", "The collector's configuration file.", isRequired: true),
            Option(
                "journal", "SITE/AGENT=FILE,...", "Journals of agents to compare with, separated by commas."),
            Option("json", "Print JSON."),
        ],
        example: "--config collector.yaml --journal demo/candu-1=/mnt/audit/candu-1.journal"
    ) { (arguments) throws(UsageFailure) in
        let journals = try journals(arguments.value("journal") ?? "")
        guard let config = CollectorProgram.load(arguments) else { return .usage }
        do {
            let report = try AuditCommand(config: config, journals: journals).run()
            let printed = StandardOutput.finish(arguments.has("json") ? report.json : report.text)
            return report.verdict == .whole ? printed : .failure
        } catch {
            StandardError.write("bellwether-collector audit: \(error)\n")
            return .failure
        }
    }

    private static func journals(_ text: String) throws(UsageFailure) -> [JournalChoice] {
        var journals: [JournalChoice] = []
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1)
            let names = sides.first?.split(separator: "/") ?? []
            guard sides.count == 2, names.count == 2 else {
                throw UsageFailure("--journal wants SITE/AGENT=FILE, got \"\(part)\"")
            }
            journals.append(JournalChoice(site: String(names[0]), agent: String(names[1]), path: String(sides[1])))
        }
        return journals
    }

    private let config: CollectorConfig
    private let journals: [JournalChoice]

    private init(config: CollectorConfig, journals: [JournalChoice]) {
        self.config = config
        self.journals = journals
    }

    /// Agents with a journal are compared with it, all others are audited by themselves.
    private func run() throws -> CombinedReport {
        let connection = try PostgresConnection(config.postgres("audit", statementLimit: nil))
        var combined = CombinedReport()
        for choice in journals {
            let journal = try AuditJournal(choice.path)
            combined.add(
                try Audit.run(connection, .init(site: choice.site, agent: choice.agent), journal: journal),
                of: choice)
        }
        let rest = try Audit.run(connection)
        combined.add(
            rest.streams.filter { stream in
                !combined.streams.contains {
                    $0.site == stream.site && $0.agent == stream.agent && $0.epoch == stream.epoch
                }
            })
        return combined
    }
}

/// What the audits of one command have found together.
struct CombinedReport {
    private(set) var streams: [StreamAudit] = []
    /// What journals hold that the database knows nothing of.
    private(set) var journalProblems: [String] = []
    private var worst = AuditReport.Verdict.whole

    var verdict: AuditReport.Verdict { worst }

    private var unsampledTicks: Int64 { streams.reduce(0) { $0 + $1.unsampledTicks } }

    mutating func add(_ report: AuditReport, of choice: AuditCommand.JournalChoice) {
        streams += report.streams
        worst = max(worst, report.verdict)
        for (epoch, count) in report.unknownEpochs.sorted(by: { $0.key < $1.key }) {
            journalProblems.append("\(choice.path): the database knows nothing of epoch \(epoch) with \(count) records")
        }
        if report.unreadableLines > 0 {
            journalProblems.append("\(choice.path): \(report.unreadableLines) lines cannot be read")
        }
    }

    mutating func add(_ more: [StreamAudit]) {
        streams += more
        for stream in more { worst = max(worst, stream.verdict) }
    }

    private var verdictText: String {
        switch worst {
        case .whole:
            "WHOLE: everything that was made is stored, once"
                + (unsampledTicks > 0 ? "; \(unsampledTicks) ticks made nothing, as reported" : "")
        case .wholeWithLosses: "WHOLE WITH LOSSES: everything is stored once or declared as lost, with its cause"
        case .open: "OPEN: nothing is wrong, but records are missing that may still come"
        case .broken: "BROKEN: records are missing, doubled or changed without a word"
        }
    }

    // MARK: - Text

    var text: String {
        var text = ""
        for stream in streams {
            let name = "\(stream.site)/\(stream.agent) " + (stream.epoch.map { "epoch \($0)" } ?? "(plain Sparkplug)")
            text += "\(name): \(stream.verdict.rawValue.replacingUnderscores)\n"
            text += "  expected \(stream.expected), stored \(stream.storedFrames) frames"
            text += " and \(stream.storedReports) reports, quarantined \(stream.quarantined.count)"
            text += ", lost \(stream.lost.count), expired \(stream.expired.count)\n"
            text += "  gaps \(list(stream.open)), doubled \(list(stream.doubled)), vanished \(list(stream.vanished))"
            text += ", unrecorded \(list(stream.unrecorded))\n"
            text += "  duplicates refused \(stream.refusedDuplicates), conflicts \(stream.conflicts)"
            text += ", losses declared \(stream.declaredLosses), ticks not sampled \(stream.unsampledTicks)\n"
            text += "  hash chain: \(stream.verifiedLinks) links right, \(stream.unverifiableLinks) without predecessor"
            text += ", broken \(list(stream.brokenLinks))\n"
            if let journal = stream.journal {
                text += "  journal: \(journal.records) records, \(journal.matched) stored alike"
                text += ", \(journal.accounted) accounted for, open \(list(journal.open))"
                text += ", missing \(list(journal.missing)), different \(list(journal.different))"
                text += ", not in the journal \(list(journal.unknown))\n"
            }
        }
        for problem in journalProblems { text += "\(problem)\n" }
        return text + "\(verdictText)\n"
    }

    private func list(_ numbers: SequenceSet) -> String {
        guard !numbers.isEmpty else { return "0" }
        let shown = numbers.ranges.prefix(5).map {
            $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }
        return "\(numbers.count) (\(shown.joined(separator: ","))\(numbers.ranges.count > 5 ? ",..." : ""))"
    }

    // MARK: - JSON

    var json: String {
        var json = JSONWriter()
        json.object { json in
            json.field("verdict", worst.rawValue)
            json.field("streams", array: { json in for stream in streams { write(stream, &json) } })
            json.field("journal_problems", array: { json in for problem in journalProblems { json.string(problem) } })
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }

    private func write(_ stream: StreamAudit, _ json: inout JSONWriter) {
        json.object { json in
            json.field("site", stream.site)
            json.field("agent", stream.agent)
            json.field("epoch", stream.epoch.map(\.description))
            json.field("verdict", stream.verdict.rawValue)
            json.field("expected", stream.expected)
            json.field("stored_frames", stream.storedFrames)
            json.field("stored_reports", stream.storedReports)
            json.field("quarantined", stream.quarantined.count)
            json.field("lost", stream.lost.count)
            json.field("expired", stream.expired.count)
            json.field("first_reading", timeMs: stream.firstMs)
            json.field("last_reading", timeMs: stream.lastMs)
            write("gaps", stream.open, &json)
            write("doubled", stream.doubled, &json)
            write("vanished", stream.vanished, &json)
            write("unrecorded", stream.unrecorded, &json)
            json.field("duplicates_refused", stream.refusedDuplicates)
            json.field("conflicts", stream.conflicts)
            json.field("losses_declared", stream.declaredLosses)
            json.field("ticks_not_sampled", stream.unsampledTicks)
            json.field("chain_verified", stream.verifiedLinks)
            json.field("chain_unverifiable", stream.unverifiableLinks)
            write("chain_broken", stream.brokenLinks, &json)
            guard let journal = stream.journal else {
                json.key("journal")
                json.null()
                return
            }
            json.field(
                "journal",
                object: { json in
                    json.field("records", journal.records)
                    json.field("matched", journal.matched)
                    json.field("accounted", journal.accounted)
                    write("open", journal.open, &json)
                    write("missing", journal.missing, &json)
                    write("different", journal.different, &json)
                    write("unknown", journal.unknown, &json)
                })
        }
    }

    /// Ranges as pairs; at most a thousand of them.
    private func write(_ name: String, _ numbers: SequenceSet, _ json: inout JSONWriter) {
        json.field(
            name,
            array: { json in
                for range in numbers.ranges.prefix(1_000) {
                    json.array { json in
                        json.int(range.lowerBound)
                        json.int(range.upperBound)
                    }
                }
            })
    }
}

extension String {
    fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}

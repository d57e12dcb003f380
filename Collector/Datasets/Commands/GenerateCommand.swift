import Glibc
import Runtime
import Tables

/// `bellwether-dataset generate`
enum GenerateCommand {
    private static let maxJobs = 64

    static func run(_ arguments: Arguments, _ kinds: [any DatasetKind.Type]) throws(UsageFailure) -> ExitCode {
        guard arguments.has("all") != arguments.has("kind") else {
            throw UsageFailure(arguments.has("all") ? "--all and --kind exclude each other" : "--kind KIND is missing")
        }
        guard !arguments.has("resume") || !arguments.has("force") else {
            throw UsageFailure("--resume and --force exclude each other")
        }
        let cores = min(max(Int(sysconf(CInt(_SC_NPROCESSORS_ONLN))), 1), maxJobs)
        let jobs = try arguments.int("jobs", in: 1...maxJobs) ?? cores
        let start: DatasetFolder.Start =
            arguments.has("resume") ? .resuming : arguments.has("force") ? .replacing : .anew
        let isAll = arguments.has("all")
        var plans: [(kind: any DatasetKind.Type, request: DatasetRequest, out: String)] = []
        for kind in isAll ? kinds : [try arguments.kind(kinds)] {
            let request = try arguments.request(kind, ignoresForeign: isAll)
            plans.append((kind, request, isAll ? "\(arguments["out"])/\(kind.name)" : arguments["out"]))
        }
        // Before any thread: all of them shall leave the signals to one.
        let signals = StopSignal()
        let stop = Locked(false)
        do throws(SystemFailure) {
            try signals.start(graceMs: 600_000) { stop.withLock { $0 = true } }
        } catch {
            return failed("generate", .system(error))
        }
        for plan in plans {
            let code = run(plan.kind, plan.request, plan.out, start, jobs: jobs, stop)
            if code != .success { return code }
        }
        return .success
    }

    private static func run(
        _ type: any DatasetKind.Type, _ request: DatasetRequest, _ out: String, _ start: DatasetFolder.Start,
        jobs: Int, _ stop: Locked<Bool>
    ) -> ExitCode {
        let beganMs = Clock.monotonicMs()
        var progress = Progress()
        do throws(DatasetFailure) {
            let kind = try type.init(request)
            let run = DatasetRun(kind: kind, request: request, jobs: jobs, stop: stop)
            let ending = try run.run(to: out, start, &progress)
            switch ending {
            case .complete:
                let seconds = Double(Clock.monotonicMs() - beganMs) / 1000
                return StandardOutput.finish("\(out): \(type.name), complete after \(seconds) s\n")
            case .wasComplete: return StandardOutput.finish("\(out): is complete already\n")
            case .interrupted:
                progress.end()
                StandardError.write(
                    "bellwether-dataset generate: interrupted; go on with the same command and --resume\n")
                return .interrupted
            }
        } catch {
            progress.end()
            return failed("generate", error)
        }
    }
}

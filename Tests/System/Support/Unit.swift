import Glibc
import Synchronization
import TestSupport

/// One program of a plant, started and ended as often as a test likes. Its output is appended to one log file.
final class Unit: Sendable {
    let name: String
    let logPath: String
    private let program: String
    private let arguments: [String]
    private let state: Mutex<State>

    private struct State {
        var child: ChildProcess?
        var environment: [String: String]
        /// A command that goes before the program's, such as one that enters a network namespace.
        var prefix: [String]
        var starts = 0
        var user: ChildProcess.User?
    }

    init(
        _ name: String, _ program: String, _ arguments: [String], log: String, environment: [String: String] = [:],
        prefix: [String] = [], user: ChildProcess.User? = nil
    ) {
        self.name = name
        self.program = program
        self.arguments = arguments
        logPath = log
        state = Mutex(State(environment: environment, prefix: prefix, user: user))
    }

    deinit { kill() }

    /// Starts it unless it runs. The environment is the test's own, with this unit's variables on top.
    func start() throws {
        try state.withLock { state in
            if state.child?.isRunning == true { return }
            let variables = state.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            // env and ip-netns replace themselves by the program: the pid stays the child's.
            let command = state.prefix + (variables.isEmpty ? [] : ["env"] + variables) + [program] + arguments
            state.child = try ChildProcess(
                command[0], Array(command.dropFirst()), output: .file(logPath), error: .file(logPath), user: state.user)
            state.starts += 1
        }
    }

    /// SIGKILL; nothing happens if it does not run.
    func kill() { state.withLock { $0.child }?.kill() }
    func pause() { state.withLock { $0.child }?.pause() }
    func resume() { state.withLock { $0.child }?.resume() }
    @discardableResult
    func signal(_ number: Int32) -> Bool { state.withLock { $0.child }?.signal(number) ?? false }

    /// Sends the signal and waits for the end; throws when that takes longer.
    @discardableResult
    func end(_ number: Int32 = SIGTERM, within limit: Duration = .seconds(10)) throws -> ChildProcess.Exit? {
        guard let child = state.withLock({ $0.child }) else { return nil }
        child.signal(number)
        do {
            return try child.waitForExit(limit)
        } catch {
            throw SupportFailure("\(error)\n\(logTail())")
        }
    }

    @discardableResult
    func waitForExit(_ limit: Duration = .seconds(30)) throws -> ChildProcess.Exit? {
        try state.withLock { $0.child }?.waitForExit(limit)
    }

    var isRunning: Bool { state.withLock { $0.child?.isRunning == true } }
    var exit: ChildProcess.Exit? { state.withLock { $0.child?.exit } }
    var pid: Int32? { state.withLock { $0.child?.isRunning == true ? $0.child?.pid : nil } }
    /// How often it was started.
    var starts: Int { state.withLock { $0.starts } }
    var log: String { fileText(logPath) ?? "" }

    /// The end of the log, for messages about failures.
    func logTail(_ lines: Int = 15) -> String {
        let tail = log.split(separator: "\n").suffix(lines).joined(separator: "\n")
        return "--- \(name), last lines of its log:\n\(tail)\n"
    }

    /// Takes effect at the next start; nil removes the variable.
    func set(_ variable: String, _ value: String?) { state.withLock { $0.environment[variable] = value } }
    func run(as user: ChildProcess.User?) { state.withLock { $0.user = user } }

    /// Resident memory in bytes; 0 if it does not run.
    var residentBytes: Int {
        guard let pid, let text = fileText("/proc/\(pid)/statm") else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}

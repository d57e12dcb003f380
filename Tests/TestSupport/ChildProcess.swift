import CSpawn
import Glibc
import Synchronization

/// A program that a test starts: always reaped, killed at deinit, and killed by the kernel when the test process dies.
///
/// Every call may come from any thread; those that wait block it.
public final class ChildProcess: Sendable {
    /// Whom the child runs as. Only root can choose.
    public struct User: Sendable, Equatable {
        public let uid: UInt32
        public let gid: UInt32
        public init(uid: UInt32, gid: UInt32) {
            self.uid = uid
            self.gid = gid
        }
        /// Exists on every system; servers that refuse to run as root are given this one.
        public static let nobody = User(uid: 65534, gid: 65534)
        /// `nobody` when the tests run as root, else nil: no change.
        public static var unprivileged: User? { geteuid() == 0 ? .nobody : nil }
    }

    /// Where the child's output goes.
    public enum Output: Sendable {
        /// Kept, and readable at any time through `standardOutput` or `standardError`.
        case captured
        /// Appended to a file, which is created when absent.
        case file(String)
        case discarded
        /// To the test's own output.
        case inherited
    }

    public enum Exit: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    public let pid: Int32
    /// For messages: the program's name.
    public let name: String
    private let exitState = Mutex<Exit?>(nil)
    private let outputFile: OutputFile
    private let errorFile: OutputFile

    /// Starts `program`, a path or a name that is looked up in PATH and the system folders. With `environment` nil the
    /// child gets the test's own. Files of the test process are not inherited; standard input is empty.
    public init(
        _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil,
        output: Output = .captured, error: Output = .captured, user: User? = nil, folder: String? = nil
    ) throws {
        let path = try ChildProcess.find(program)
        let variables = environment.map { $0.map { "\($0.key)=\($0.value)" } }
        name = path.split(separator: "/").last.map(String.init) ?? path
        outputFile = try OutputFile(output, standard: 1)
        errorFile = try OutputFile(error, standard: 2)
        let outputDescriptor = outputFile.descriptor
        let errorDescriptor = errorFile.descriptor
        let started = SpawnThread.run { () -> (pid: pid_t, code: Int32) in
            withCStrings([path] + arguments) { arguments in
                withCStrings(variables ?? []) { environment in
                    withOptionalCString(folder) { folder in
                        var pid: pid_t = 0
                        var request = cspawn_request()
                        request.arguments = arguments
                        request.environment = variables == nil ? nil : environment
                        request.folder = folder
                        request.output = outputDescriptor
                        request.error = errorDescriptor
                        if let user {
                            request.changes_user = 1
                            request.uid = user.uid
                            request.gid = user.gid
                        }
                        return path.withCString {
                            request.path = $0
                            let code = cspawn(&request, &pid)
                            return (pid, code)
                        }
                    }
                }
            }
        }
        guard started.code == 0 else { throw SupportFailure.system("start \(path)", started.code) }
        pid = started.pid
        Live.add(pid)
    }

    deinit { kill() }

    /// Runs a program to its end; throws, with what it wrote, unless it ends with code 0 in time.
    @discardableResult
    public static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil, user: User? = nil,
        folder: String? = nil, timeout: Duration = .seconds(60)
    ) throws -> String {
        let child = try ChildProcess(program, arguments, environment: environment, user: user, folder: folder)
        let exit = try child.waitForExit(timeout)
        guard exit == .code(0) else {
            throw SupportFailure("\(child.name) ended with \(exit): \(child.standardError)\(child.standardOutput)")
        }
        return child.standardOutput
    }

    /// Nil while the child runs.
    public var exit: Exit? { exitState.withLock { reap(&$0) } }
    public var isRunning: Bool { exit == nil }

    /// What the child has written so far; empty unless captured.
    public var standardOutput: String { outputFile.text }
    public var standardError: String { errorFile.text }

    /// Sends a signal. False when the child has ended: its pid is then never signalled.
    @discardableResult
    public func signal(_ number: Int32) -> Bool {
        exitState.withLock { state in reap(&state) == nil && Glibc.kill(pid, number) == 0 }
    }

    public func pause() { signal(SIGSTOP) }
    public func resume() { signal(SIGCONT) }

    /// SIGKILL, and waits for the end.
    public func kill() {
        signal(SIGKILL)
        while exit == nil { usleep(500) }
    }

    /// Throws when the child is still running after `timeout`; it then goes on running.
    @discardableResult
    public func waitForExit(_ timeout: Duration = .seconds(30)) throws -> Exit {
        try waitUntil("end of \(name) (pid \(pid))", within: timeout) { self.exit != nil }
        guard let exit else { throw SupportFailure("\(name): no exit status") }
        return exit
    }

    /// SIGTERM, then SIGKILL when that did not end it in time.
    @discardableResult
    public func terminate(within timeout: Duration = .seconds(10)) -> Exit? {
        signal(SIGTERM)
        if let exit = try? waitForExit(timeout) { return exit }
        kill()
        return exit
    }

    // Under the lock, so that between the look and a signal nobody else can free the pid.
    private func reap(_ state: inout Exit?) -> Exit? {
        if let state { return state }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        state = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .signal(status & 0x7F)
        Live.remove(pid)
        return state
    }

    /// The path of a program; throws when there is none that could be run.
    public static func find(_ program: String) throws -> String {
        if program.contains("/") {
            guard access(program, X_OK) == 0 else { throw SupportFailure.system("run \(program)", errno) }
            return program
        }
        let folders = (environmentVariable("PATH") ?? "").split(separator: ":").map(String.init)
        for folder in folders + ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"] {
            let path = "\(folder)/\(program)"
            if access(path, X_OK) == 0 { return path }
        }
        throw SupportFailure("\(program) is not installed: not found in PATH nor in the system folders")
    }

    /// The children that run now, ended at exit of the test process before temporary folders are removed.
    private enum Live {
        private static let pids = Mutex<Set<pid_t>>([])
        private static let installed: Void = {
            _ = ProcessFolder.path  // registered first, so that it is removed last
            AtExit.register {
                let rest = pids.withLock { $0 }
                for pid in rest { Glibc.kill(pid, SIGKILL) }
                for pid in rest { waitpid(pid, nil, 0) }
            }
        }()
        static func add(_ pid: pid_t) {
            installed
            pids.withLock { _ = $0.insert(pid) }
        }
        static func remove(_ pid: pid_t) { pids.withLock { _ = $0.remove(pid) } }
    }
}

private func withCStrings<T>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> T
) -> T {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return (copies + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
}

private func withOptionalCString<T>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> T) -> T {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}

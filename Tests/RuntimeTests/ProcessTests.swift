import Glibc
import Model
import TestSupport
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(10)))
struct StopSignalTests {
    @Test(arguments: [SIGTERM, SIGINT]) func theFirstSignalAsksToStop(number: CInt) async {
        await #expect(processExitsWith: .exitCode(42)) { [number] in
            let asked = Mailbox<Int>(capacity: 1)
            let thread = try StopSignal().start(graceMs: 60_000) { _ = asked.offer(1, cost: 1) }
            guard asked.takeAll(timeoutMs: 50).isEmpty else { exit(90) }
            thread.deliver(number)
            exit(asked.takeAll(timeoutMs: 60_000) == [1] ? 42 : 91)
        }
    }

    @Test func theSecondSignalEndsAtOnce() async {
        await #expect(processExitsWith: .exitCode(130)) {
            let asked = Mailbox<Int>(capacity: 1)
            let thread = try StopSignal().start(graceMs: 60_000) { _ = asked.offer(1, cost: 1) }
            thread.deliver(SIGINT)
            _ = asked.takeAll(timeoutMs: 60_000)
            thread.deliver(SIGINT)
            thread.join()
        }
    }

    @Test func theEndOfTheGraceEndsTheProgram() async throws {
        let result = try await #require(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
            let thread = try StopSignal().start(graceMs: 10) {}
            thread.deliver(SIGTERM)
            thread.join()
        }
        let text = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(text.contains("info process: stopping signal=SIGTERM"))
        #expect(text.contains("error process: did not stop in time, ended grace_ms=10"))
    }

    @Test func aClosedPipeIsAnError() async {
        await #expect(processExitsWith: .exitCode(0)) {
            _ = StopSignal()
            var ends: [CInt] = [-1, -1]
            guard pipe(&ends) == 0, close(ends[0]) == 0 else { exit(90) }
            exit(write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 91)
        }
    }

    @Test func signalsAreHeldBackInThreadsToCome() async {
        await #expect(processExitsWith: .exitCode(0)) {
            _ = StopSignal()
            let mask = Locked(false)
            try NamedThread.start(name: "later") {
                var set = sigset_t()
                pthread_sigmask(SIG_BLOCK, nil, &set)
                let isBlocked = sigismember(&set, SIGTERM) == 1 && sigismember(&set, SIGINT) == 1
                mask.withLock { $0 = isBlocked }
            }.join()
            exit(mask.withLock { $0 } ? 0 : 91)
        }
    }
}

@Suite(.timeLimit(.minutes(10)))
struct ServiceNotifierTests {
    /// A socket as systemd opens it.
    private final class FakeSystemd {
        let fd: CInt

        init(_ name: String) throws {
            fd = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(name.utf8)
            if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(2 + bytes.count + (bytes[0] == 0 ? 0 : 1))
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, length) }
            }
            guard code == 0 else { throw SystemFailure("bind") }
        }

        deinit { close(fd) }

        func message() -> String? {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(fd, &bytes, bytes.count, CInt(MSG_DONTWAIT))
            return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
        }
    }

    private func notifier(_ environment: [String: String]) -> ServiceNotifier {
        ServiceNotifier(environment: { environment[$0] })
    }

    @Test func tellsSystemd() throws {
        let folder = try TemporaryFolder()
        for name in [folder.path + "/notify", "@bellwether-test-\(getpid())-\(Clock.monotonicNs())"] {
            let systemd = try FakeSystemd(name)
            let notifier = notifier(["NOTIFY_SOCKET": name])
            #expect(notifier.ready(status: "publishing\nREADY=0"))
            #expect(systemd.message() == "READY=1\nSTATUS=publishing\\nREADY=0")
            #expect(notifier.status("link lost"))
            #expect(systemd.message() == "STATUS=link lost")
            #expect(notifier.watchdog())
            #expect(systemd.message() == "WATCHDOG=1")
            #expect(notifier.stopping())
            #expect(systemd.message() == "STOPPING=1")
            #expect(systemd.message() == nil)
        }
    }

    @Test func doesNothingWithoutSystemd() {
        let long = "/" + String(repeating: "x", count: 200)
        for name in ["", "relative", "/", "@", long, "/nonexistent/socket", "vsock:2:1"] {
            #expect(!notifier(["NOTIFY_SOCKET": name]).ready(status: "x"))
        }
        #expect(!notifier([:]).ready(status: "x"))
        #expect(notifier([:]).watchdogIntervalMs == nil)
    }

    @Test func watchdogIsServedTwiceAPeriod() {
        #expect(notifier(["WATCHDOG_USEC": "30000000"]).watchdogIntervalMs == 15_000)
        #expect(notifier(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]).watchdogIntervalMs == 15_000)
        #expect(notifier(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]).watchdogIntervalMs == nil)
        for wrong in ["", "0", "-5", "x", "99999999999999999999"] {
            #expect(notifier(["WATCHDOG_USEC": wrong]).watchdogIntervalMs == nil)
        }
        #expect(notifier(["WATCHDOG_USEC": "1"]).watchdogIntervalMs == 1)
    }

    /// systemd that does not read must not stop the program.
    @Test func aFullSocketDoesNotBlock() throws {
        let folder = try TemporaryFolder()
        let systemd = try FakeSystemd(folder.path + "/notify")
        let notifier = notifier(["NOTIFY_SOCKET": folder.path + "/notify"])
        let taken = (0..<10_000).prefix { _ in notifier.watchdog() }.count
        #expect(taken < 10_000)
        #expect(systemd.message() != nil)
    }
}

@Suite(.timeLimit(.minutes(10)))
struct ProcessLockTests {
    private func problem(_ path: String) -> String? {
        do {
            _ = try ProcessLock(path)
            return nil
        } catch { return error.problem }
    }

    @Test func onlyOneHolds() throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        var lock: ProcessLock? = try ProcessLock(path + "/lock")
        #expect(lock?.path == path + "/lock")
        #expect(problem(path + "/lock") == "is in use by process \(getpid()); stop it first")
        lock = nil
        #expect(problem(path + "/lock") == nil)
    }

    @Test func aCopyOfTheDescriptorHoldsNothing() throws {
        let folder = try TemporaryFolder()
        var lock: ProcessLock? = try ProcessLock(folder.path + "/lock")
        let copy = try dup(#require(lock).fd)
        defer { close(copy) }
        lock = nil
        #expect(problem(folder.path + "/lock") == nil)
    }

    @Test func anotherProcessIsNamed() async throws {
        let folder = try TemporaryFolder()
        let lock = try ProcessLock(folder.path + "/lock")
        let path = lock.path
        let own = "is in use by process \(getpid()); stop it first"
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String, own = own as String] in
            do {
                _ = try ProcessLock(path)
                exit(90)
            } catch let error as FileFailure { exit(error.problem == own ? 7 : 91) }
        }
        withExtendedLifetime(lock) {}
    }

    @Test func aDeadHolderHoldsNothing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        await #expect(processExitsWith: .exitCode(0)) { [path = path as String] in
            let lock = try ProcessLock(path)
            withExtendedLifetime(lock) { _exit(0) }
        }
        #expect(Files.exists(path))
        #expect(problem(path) == nil)
    }

    @Test func whatIsNoLockFileIsRefused() throws {
        let folder = try TemporaryFolder()
        #expect(problem(folder.path)?.hasPrefix("cannot open") == true)
        #expect(problem(folder.path + "/no/lock") == "cannot open: No such file or directory")
        mkfifo(folder.path + "/pipe", 0o600)
        #expect(problem(folder.path + "/pipe") == "is not a regular file")
        symlink("elsewhere", folder.path + "/link")
        #expect(problem(folder.path + "/link")?.hasPrefix("cannot open") == true)
    }

    @Test func anUnreadablePidIsNotInvented() throws {
        let folder = try TemporaryFolder()
        let lock = try ProcessLock(folder.path + "/lock")
        for content in ["", "12", "x\n", "-1\n", String(repeating: "9", count: 100) + "\n"] {
            let fd = open(lock.path, O_WRONLY | O_TRUNC)
            write(fd, content, content.utf8.count)
            close(fd)
            #expect(problem(lock.path) == "is in use by another process; stop it first")
        }
    }
}

struct FilesTests {
    @Test func writesTheWholeFileOrNothing() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/state"
        try Files.writeAtomically([1, 2, 3], to: path, mode: 0o600)
        try Files.writeAtomically([4], to: path, mode: 0o600)
        #expect(try Files.read(path, maxBytes: 10) == [4])
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        try Files.ensureFolder(folder.path + "/state2/x")
        #expect(throws: FileFailure.self) { try Files.writeAtomically([1], to: folder.path + "/state2") }
        #expect(throws: FileFailure.self) { try Files.writeAtomically([1], to: folder.path + "/none/x") }
        #expect(throws: FileFailure.self) { try Files.writeAtomically([1], to: "") }
        #expect(throws: FileFailure.self) { try Files.writeAtomically([1], to: "/dev/full/x") }
        // Nothing is left over of the failures.
        #expect(try names(in: folder.path) == ["state", "state2"])
    }

    private func names(in path: String) throws -> [String] {
        guard let folder = opendir(path) else { throw SystemFailure("opendir") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    @Test func readsWithinBounds() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("x", [UInt8](repeating: 7, count: 40_000))
        #expect(try Files.read(path, maxBytes: 40_000).count == 40_000)
        #expect(throws: FileFailure.self) { try Files.read(path, maxBytes: 39_999) }
        #expect(try Files.read("/proc/self/stat", maxBytes: 10_000).isEmpty == false)
        #expect(throws: FileFailure.self) { try Files.read("/proc/self/maps", maxBytes: 10) }
        do {
            _ = try Files.read(folder.path + "/none", maxBytes: 1)
        } catch { #expect(error.code == ENOENT) }
    }

    @Test func makesFolders() throws {
        let folder = try TemporaryFolder()
        try Files.ensureFolder(folder.path + "/a/b/c", mode: 0o700)
        try Files.ensureFolder(folder.path + "/a/b/c", mode: 0o755)
        try Files.ensureFolder(folder.path + "/a//d/", mode: 0o755)
        var status = stat()
        #expect(stat(folder.path + "/a/b/c", &status) == 0 && status.st_mode & 0o777 == 0o700)
        #expect(stat(folder.path + "/a/d", &status) == 0)
        _ = try folder.file("f", "x")
        #expect(throws: FileFailure.self) { try Files.ensureFolder(folder.path + "/f") }
        #expect(throws: FileFailure.self) { try Files.ensureFolder(folder.path + "/f/g") }
        #expect(throws: FileFailure.self) { try Files.ensureFolder("") }
        try Files.ensureFolder("/")
        try Files.ensureFolder(".")
    }

    @Test func knowsTheFreeSpace() throws {
        #expect(try Files.freeBytes("/tmp") > 0)
        #expect(throws: FileFailure.self) { try Files.freeBytes("/none") }
        #expect(throws: FileFailure.self) { try Files.freeBytes("a\0b") }
    }

    @Test(arguments: [
        ("a/b", "a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("/a/b/c", "/a/b", "c"), ("a/", "a", ""), ("", ".", ""),
    ])
    func splitsPaths(path: String, folder: String, name: String) {
        #expect(Files.folder(of: path) == folder)
        #expect(Files.name(of: path) == name)
    }

    @Test(arguments: [
        ("x", "/etc", "/etc/x"), ("/x", "/etc", "/x"), ("x", ".", "x"), ("x", "/", "/x"), ("../x", "a", "a/../x"),
    ])
    func resolvesPaths(path: String, folder: String, resolved: String) {
        #expect(Files.resolve(path, in: folder) == resolved)
    }
}

struct BackoffTests {
    @Test func growsWithinItsLimits() {
        for seed in 1...50 as ClosedRange<UInt64> {
            var backoff = Backoff(firstMs: 100, maxMs: 5000, random: SeededRandom(seed: seed))
            for ceiling in [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000] {
                #expect((ceiling / 2...ceiling).contains(backoff.nextMs()), "seed \(seed)")
            }
            backoff.reset()
            #expect((50...100).contains(backoff.nextMs()))
        }
    }

    @Test func differsBetweenClientsAndRepeatsForOne() {
        func waits(_ seed: UInt64) -> [Int] {
            var backoff = Backoff(firstMs: 1000, maxMs: 60_000, random: SeededRandom(seed: seed))
            return (0..<5).map { _ in backoff.nextMs() }
        }
        #expect(waits(1) == waits(1))
        #expect(Set((1...20).map { waits($0)[0] }).count > 15)
    }

    @Test func survivesSenselessLimits() {
        for (first, most) in [(0, 0), (-5, -9), (Int.max, Int.max), (10, 1), (Int.min, Int.max)] {
            var backoff = Backoff(firstMs: first, maxMs: most, random: SeededRandom(seed: 1))
            for _ in 0..<100 { #expect(backoff.nextMs() >= 1) }
        }
    }
}

struct ResourceUseTests {
    @Test func measuresThisProcess() {
        let use = ResourceUse.now()
        #expect((1 << 20...1 << 34).contains(use.rssBytes))
        #expect(use.cpuNs > 0)
        #expect(use.threads >= 1)
        #expect(use.openFiles >= 3)
    }

    @Test func raisesTheLimitOfOpenFiles() async {
        await #expect(processExitsWith: .exitCode(0)) {
            var limit = rlimit(rlim_cur: 64, rlim_max: 128)
            guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(90) }
            guard try ResourceUse.raiseOpenFileLimit(to: 100) == 100 else { exit(91) }
            guard try ResourceUse.raiseOpenFileLimit(to: 10) == 100 else { exit(92) }
            guard try ResourceUse.raiseOpenFileLimit(to: .max) == 128 else { exit(93) }
            guard try ResourceUse.raiseOpenFileLimit(to: -1) == 128 else { exit(94) }
            exit(0)
        }
    }
}

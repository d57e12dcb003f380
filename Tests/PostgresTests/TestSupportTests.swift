import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("TestSupport", .timeLimit(.minutes(10)))
struct TestSupportTests {
    @Test func foldersAreUniqueAndGoAway() throws {
        let first = try TemporaryFolder("a")
        let second = try TemporaryFolder("a")
        #expect(first.path != second.path)
        try writeFile(first.path("file"), "text")
        _ = try first.folder("inner")
        try writeFile(first.path("inner/file"), "text")
        #expect(fileText(first.path("file")) == "text")
        first.close()
        first.close()
        #expect(access(first.path, F_OK) != 0)
        #expect(access(second.path, F_OK) == 0)
    }

    @Test func portsDiffer() throws {
        let ports = try (0..<50).map { _ in try FreePort.next() }
        #expect(Set(ports).count == 50)
        #expect(ports.allSatisfy(FreePort.isFree))
    }

    @Test func childOutputAndExit() async throws {
        try await offPool {
            let script = "echo out; echo err >&2; echo $A; exit 3"
            let child = try ChildProcess("sh", ["-c", script], environment: ["A": "b"])
            #expect(try child.waitForExit() == .code(3))
            #expect(child.standardOutput == "out\nb\n")
            #expect(child.standardError == "err\n")
            #expect(!child.signal(SIGTERM), "an ended child is never signalled")
            let folder = try TemporaryFolder()
            #expect(try ChildProcess.run("pwd", folder: folder.path) == folder.path + "\n")
            #expect(throws: SupportFailure.self) { try ChildProcess("/nowhere/program") }
            #expect(throws: SupportFailure.self) { try ChildProcess("sh", folder: "/nowhere") }
            #expect(throws: SupportFailure.self) { try ChildProcess.run("sh", ["-c", "exit 1"]) }
        }
    }

    @Test func childIsKilledAtDeinitAndInheritsNoFiles() async throws {
        try await offPool {
            let file = open("/dev/null", O_RDONLY)  // without O_CLOEXEC, as careless libraries do
            defer { close(file) }
            #expect(try ChildProcess.run("sh", ["-c", "ls /proc/$$/fd"]) == "0\n1\n2\n")
            var child: ChildProcess? = try ChildProcess("sleep", ["1000"])
            let pid = try #require(child?.pid)
            child?.pause()
            child = nil
            #expect(kill(pid, 0) != 0 && errno == ESRCH)
        }
    }

    @Test func childOutlivesTheThreadThatStartedIt() async throws {
        let child = try await offPool { try ChildProcess("sleep", ["1000"]) }
        try await offPool { usleep(100_000) }
        #expect(child.isRunning)
        try await offPool { child.kill() }
        #expect(child.exit == .signal(SIGKILL))
    }

    @Test func childDiesWithTheTestProcess() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("pid")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let user = ChildProcess.User.unprivileged
            let child = try ChildProcess("sleep", ["1000"], user: user)
            try writeFile(path, String(child.pid))
            raise(SIGKILL)
        }
        let pid = try #require(fileText(path).flatMap { Int32($0) })
        try await eventually("end of \(pid)") { kill(pid, 0) != 0 && errno == ESRCH }
    }

    @Test(.enabled(if: geteuid() == 0)) func childDropsItsUser() async throws {
        let text = try await offPool { try ChildProcess.run("id", ["-u"], user: .nobody) }
        #expect(text == "65534\n")
    }

    @Test func eventuallyWaitsAndGivesUp() async throws {
        let count = Atomic(0)
        try await eventually("third look") { count.add(1, ordering: .relaxed).newValue == 3 }
        await #expect(throws: SupportFailure.self) {
            try await eventually("never", within: .milliseconds(20)) { false }
        }
    }

    @Test func postgresStopsKillsAndRestarts() async throws {
        try await offPool {
            let server = try PostgresServer(settings: ["work_mem = '5MB'"])
            let database = try server.makeDatabase()
            #expect(try server.run("show work_mem", database: database) == "5MB")
            try server.run("create table t(a int); insert into t values (1)", database: database)
            let pid = server.pid
            server.kill()
            #expect(!server.isRunning)
            #expect(FreePort.isFree(server.port))
            try server.start()
            #expect(!FreePort.isFree(server.port))
            #expect(server.pid != pid)
            try server.restart(.immediate)
            try server.terminateSessions()
            #expect(try server.run("select a from t", database: database) == "1")
            try server.stop()
            #expect(throws: SupportFailure.self) { try server.run("select 1") }
        }
    }

    @Test func sharedServerGivesFreshDatabases() async throws {
        try await offPool {
            let server = try PostgresServer.shared
            let names = [try server.makeDatabase(), try server.makeDatabase()]
            #expect(names[0] != names[1])
            try server.run("create table only_here(a int)", database: names[0])
            let count = "select count(*) from pg_tables where tablename = 'only_here'"
            #expect(try server.run(count, database: names[0]) == "1")
            #expect(try server.run(count, database: names[1]) == "0")
        }
    }
}

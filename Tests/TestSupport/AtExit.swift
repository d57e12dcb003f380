import Glibc
import Synchronization

/// Work for the end of the test process, run in reverse order of registration: static servers have no deinit.
enum AtExit {
    private static let pending = Mutex<[@Sendable () -> Void]>([])
    private static let installed: Void = { _ = atexit(runAtExit) }()

    static func register(_ work: @escaping @Sendable () -> Void) {
        installed
        pending.withLock { $0.append(work) }
    }

    fileprivate static func run() {
        while let work = pending.withLock({ $0.popLast() }) { work() }
    }
}

/// Called by the C library on the thread that ends the process.
@c(bellwether_testsupport_runAtExit)
private func runAtExit() { AtExit.run() }

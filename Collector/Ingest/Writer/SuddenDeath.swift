import Glibc
import Runtime
import Synchronization

/// Kills the process between a commit and its receipt, for the fault test that needs exactly this moment.
enum SuddenDeath {
    #if SABOTAGE
        private static let frames = Atomic<Int>(0)

        /// Strikes once so many frames (BELLWETHER_DIE_AFTER, default 50) have been stored.
        static func strike(afterFrames count: Int) {
            let wanted = getenv("BELLWETHER_DIE_AFTER").flatMap { Int(String(cString: $0)) } ?? 50
            if frames.wrappingAdd(count, ordering: .relaxed).newValue >= wanted { kill(getpid(), SIGKILL) }
        }
    #else
        static func strike(afterFrames _: Int) {}
    #endif
}

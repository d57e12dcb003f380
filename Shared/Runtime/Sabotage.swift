#if SABOTAGE
    import Glibc
#endif

/// Guards that the fault tests break on purpose, to show that each of them matters: the same test that passes on a
/// sound program must fail when its guard is broken. Chosen by the environment variable BELLWETHER_SABOTAGE, a comma
/// separated list; builds for release cannot be sabotaged.
public enum Sabotage: String, CaseIterable, Sendable {
    /// The collector acknowledges frames before PostgreSQL has committed them.
    case receiptBeforeCommit = "receipt-before-commit"
    /// The outbox keeps nothing that has a receipt, so that a database that was set back gets nothing again.
    case noGrace = "no-grace"
    /// The outbox commits without waiting for the disk.
    case synchronousNormal = "synchronous-normal"
    /// An outbox that cannot prove continuity goes on in its old epoch.
    case noEpoch = "no-epoch"
    /// The collector kills itself between a commit and its receipt.
    case dieAfterCommit = "die-after-commit"

    #if SABOTAGE
        /// Read once: what is broken stays broken for the life of the process.
        private static let chosen: Set<Sabotage> = parse(
            getenv("BELLWETHER_SABOTAGE").map { String(cString: $0) } ?? "")

        public static func isOn(_ guardName: Sabotage) -> Bool { chosen.contains(guardName) }

        static func parse(_ list: String) -> Set<Sabotage> {
            Set(list.split(separator: ",").compactMap { Sabotage(rawValue: String($0)) })
        }
    #else
        @inline(__always)
        public static func isOn(_: Sabotage) -> Bool { false }
    #endif
}

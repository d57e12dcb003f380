import Glibc
import Model
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("Leases", .timeLimit(.minutes(10)))
struct LeaseTests {
    private static let first = "11111111-1111-4111-8111-111111111111"
    private static let second = "22222222-2222-4222-8222-222222222222"

    @Test func takenRenewedExpiredAndReleased() async throws {
        try await withMigrated { _, connection in
            func acquire(_ holder: String, _ lastingMs: Int64) throws -> Leases.Lease? {
                try Leases.acquire(connection, site: "s", holder: holder, lastingMs: lastingMs)
            }
            func held(_ lease: Leases.Lease) throws -> Bool {
                try connection.transaction { try !Leases.hold(connection, [lease]).isEmpty }
            }
            let mine = try #require(try acquire(LeaseTests.first, 60_000))
            #expect(mine.fence == 1)
            #expect(try acquire(LeaseTests.second, 60_000) == nil)
            #expect(try held(mine))
            #expect(try Leases.renew(connection, [mine], lastingMs: 60_000) == [mine])
            // The same holder, started anew: what it did before no longer counts.
            let again = try #require(try acquire(LeaseTests.first, 60_000))
            #expect(again.fence == 2)
            #expect(try !held(mine))
            #expect(try Leases.renew(connection, [mine], lastingMs: 60_000).isEmpty)
            try Leases.release(connection, [mine])
            #expect(try held(again), "a lease that is no longer held cannot be released")

            try Leases.release(connection, [again])
            #expect(try !held(again))
            let theirs = try #require(try acquire(LeaseTests.second, 1))
            #expect(theirs.fence == 3)
            usleep(20_000)
            #expect(try !held(theirs), "expired")
            #expect(try Leases.all(connection).first?.isExpired == true)
            #expect(try Leases.renew(connection, [theirs], lastingMs: 60_000) == [theirs], "nobody took it")
            #expect(try held(theirs))
            let entry = try #require(try Leases.all(connection).first)
            #expect(entry.holder == LeaseTests.second && entry.fence == 3 && !entry.isExpired)
            #expect(entry.remainingMs > 30_000)
            #expect(try postgresFailure { _ = try Leases.hold(connection, [theirs]) }?.disposition == .bug)
        }
    }

    @Test func severalLeasesAtOnce() async throws {
        try await withMigrated { _, connection in
            let leases = try ["c", "a", "b"].compactMap {
                try Leases.acquire(connection, site: $0, holder: LeaseTests.first, lastingMs: 60_000)
            }
            let stale = [
                Leases.Lease(site: "a", holder: LeaseTests.second, fence: 1),
                Leases.Lease(site: "b", holder: LeaseTests.first, fence: 2),
                Leases.Lease(site: "d", holder: LeaseTests.first, fence: 1),
            ]
            let held = try connection.transaction { try Leases.hold(connection, leases + stale) }
            #expect(held == leases)
            #expect(try Leases.renew(connection, stale + leases, lastingMs: 60_000) == leases)
        }
    }

    /// While a writer holds the lease in its transaction nobody takes it over, even when its time is up.
    @Test func takeoverWaitsForTheCommit() async throws {
        try await withMigrated { database, connection in
            let mine = try #require(
                try Leases.acquire(connection, site: "s", holder: LeaseTests.first, lastingMs: 3000))
            let isDone = Mutex(false)
            let taken = Mutex<(lease: Leases.Lease, wasEarly: Bool)?>(nil)
            try connection.transaction { () throws in
                #expect(try Leases.hold(connection, [mine]) == [mine])
                try waitUntil("the end of the lease") { try Leases.all(connection).allSatisfy(\.isExpired) }
                startThread {
                    let other = try? database.connect()
                    let lease = other.flatMap {
                        try? Leases.acquire($0, site: "s", holder: LeaseTests.second, lastingMs: 60_000)
                    }
                    let wasEarly = !isDone.withLock { $0 }
                    taken.withLock { $0 = lease.map { ($0, wasEarly) } }
                }
                try waitUntil("the other one to wait") { try database.hasWaiter() || taken.withLock { $0 != nil } }
                isDone.withLock { $0 = true }
            }
            try waitUntil("the take-over") { taken.withLock { $0 != nil } }
            #expect(taken.withLock { $0?.lease.fence } == 2)
            #expect(taken.withLock { $0?.wasEarly } == false)
            #expect(try connection.transaction { try Leases.hold(connection, [mine]) }.isEmpty)
        }
    }

    /// Two holders with random pauses anywhere. What is committed carries fences that never go back: nothing of an
    /// older holder is stored after something of a newer one.
    @Test(arguments: Seeds.list(fixed: 2)) func fencesNeverGoBack(_ seed: UInt64) async throws {
        try await gated {
            let database = try TestDatabase(isMigrated: true)
            try database.psql("create table log(n int primary key generated always as identity, fence bigint)")
            let counts = try inParallel(3) { index -> (commits: Int, refusals: Int) in
                var random = SeededRandom(seed: seed, stream: UInt64(index))
                let connection = try database.connect()
                let holder = Collectors.makeID()
                func pause() { if random.below(4) == 0 { usleep(UInt32(random.below(60_000))) } }
                var (commits, refusals) = (0, 0)
                let end = ContinuousClock.now + .seconds(60)
                while ContinuousClock.now < end, commits < 8 || refusals < 2 {
                    guard
                        let lease = try Leases.acquire(
                            connection, site: "s", holder: holder, lastingMs: Int64(1 + random.below(100)))
                    else {
                        usleep(2000)
                        continue
                    }
                    for _ in 0..<random.below(6) {
                        pause()
                        try connection.transaction {
                            pause()
                            guard try !Leases.hold(connection, [lease]).isEmpty else {
                                refusals += 1
                                return
                            }
                            pause()
                            // The log is written in the order of the commits: one transaction at a time.
                            try connection.execute("lock table log in exclusive mode")
                            try connection.execute("insert into log (fence) values ($1)", [.int8(lease.fence)])
                            pause()
                            commits += 1
                        }
                    }
                    if random.below(3) == 0 { try Leases.release(connection, [lease]) }
                }
                return (commits, refusals)
            }
            let isTested = counts.allSatisfy { $0.commits >= 8 && $0.refusals >= 2 }
            #expect(isTested, "too little was put to the test: \(counts); \(replayHint(seed))")
            let backward = try database.psql(
                "select count(*) from (select fence, lag(fence) over (order by n) as before from log) x where fence < before"
            )
            #expect(backward == "0", "\(replayHint(seed))")
        }
    }

    @Test func collectorsShowThemselves() async throws {
        try await withMigrated { _, connection in
            let id = Collectors.makeID()
            #expect(id != Collectors.makeID())
            let now = try Collectors.heartbeat(connection, id, hostID: "host", address: "http://a")
            #expect(now > 1_700_000_000_000)
            try Collectors.heartbeat(connection, id, hostID: "host", address: "http://b")
            let alive = try Collectors.alive(connection, withinMs: 10_000)
            #expect(alive.map(\.collector) == [id])
            #expect(alive.first?.address == "http://b")
            try Collectors.leave(connection, id)
            #expect(try Collectors.alive(connection, withinMs: 10_000).isEmpty)
        }
    }
}

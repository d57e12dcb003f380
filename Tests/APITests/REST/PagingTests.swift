import Model
import Postgres
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import API

/// A reader who follows `next` gets everything once, whatever is written meanwhile.
@Suite(.timeLimit(.minutes(10)))
struct PagingTests {
    /// Follows `next` to the end; what it found in the order in which it came.
    private static func all(
        _ bench: APIBench, _ target: String, _ list: String, between: () throws -> Void = {}
    ) throws -> [JSON] {
        var found: [JSON] = []
        var next: String?
        repeat {
            let page = try bench.get(next.map { "\(target)&cursor=\($0)" } ?? target)
            found += page[list]?.array ?? []
            next = page["next"]?.string
            try between()
        } while next != nil
        return found
    }

    @Test(arguments: Seeds.list(fixed: 3, fresh: 1)) func framesWhileOthersAreStored(_ seed: UInt64) async throws {
        try await offPool {
            let bench = try APIBench()
            var random = SeededRandom(seed: seed)
            let kettle = try bench.register("kettle", .kettle)
            let other = try bench.register("other", .kettle)
            var sequence: Int64 = 0
            // Many at the same instant, from several epochs, across midnight.
            func store(_ count: Int) throws -> [String] {
                var names: [String] = []
                var rows: [TelemetryRow] = []
                for _ in 0..<count {
                    sequence += 1
                    let epoch = [APIBench.epoch, Epoch(bits: 7), nil][random.below(3)]
                    let timeMs = APIBench.nowMs + 43_200_000 + Int64(random.below(60) - 30) * 1_000
                    rows.append(APIBench.row(kettle, sequence, at: timeMs, [1, 0, 0, 0], epoch: epoch))
                    rows.append(APIBench.row(other, sequence, at: timeMs, [2, 0, 0, 0], epoch: epoch))
                    names.append("\(sequence)")
                }
                try bench.store(rows)
                return names
            }
            let before = try store(400)
            let span = "from=1601-01-01T00:00:00Z&to=9999-12-31T23:59:59.999Z"
            for (order, limit) in [("asc", 7), ("desc", 13), ("asc", 399), ("desc", 400), ("asc", 10_000)] {
                let target = "/api/v1/assets/kettle/telemetry?\(span)&order=\(order)&limit=\(limit)"
                let rows = try Self.all(bench, target, "rows") { _ = try store(5) }
                let numbers = rows.compactMap { $0["seq"]?.int.map(String.init) }
                #expect(Set(numbers).count == numbers.count, "twice: \(target); \(replayHint(seed))")
                #expect(Set(numbers).isSuperset(of: before), "missing: \(target); \(replayHint(seed))")
                let times = rows.compactMap { $0["ts"]?.string }
                #expect(times == (order == "asc" ? times.sorted() : times.sorted(by: >)))
            }
        }
    }

    @Test func listsWhileTheyGrow() async throws {
        try await offPool {
            let bench = try APIBench()
            let asset = try bench.register("asset-0", .kettle)
            func grow(_ count: Int) throws {
                try bench.connection.execute(
                    """
                    insert into assets (signal_set, id, site, agent, device, kind, title)
                        select \(asset.signalSet), gen_random_uuid(), 'demo', gen_random_uuid(), 'd', 'kettle', ''
                        from generate_series(1, \(count));
                    insert into streams (epoch, site, agent) select (random() * 1e18)::int8, 'demo', gen_random_uuid()
                        from generate_series(1, \(count));
                    insert into events (occurred_at, kind, severity, message) select now(), 'k', 'info', 'm'
                        from generate_series(1, \(count));
                    insert into losses (epoch, from_ts, to_ts, site, agent, cause, noted_by)
                        select 1, now(), now(), 'demo', 'a', 'damaged', 'agent' from generate_series(1, \(count));
                    insert into quarantine (site, agent, reason, topic, payload) select 'demo', 'a', 'r', 't', ''
                        from generate_series(1, \(count));
                    insert into health (asset, ts, score, status) select \(asset.asset), clock_timestamp()
                        + (g + (select count(*) from health)) * interval '1 s', 50, 'warning'
                        from generate_series(1, \(count)) g;
                    """)
            }
            try grow(60)
            for (target, list, key) in [
                ("/api/v1/assets?limit=9", "assets", "id"), ("/api/v1/streams?limit=10", "streams", "agent"),
                ("/api/v1/events?limit=7", "events", "event"), ("/api/v1/losses?limit=60", "losses", "loss"),
                ("/api/v1/quarantine?limit=1", "quarantine", "quarantine"),
                ("/api/v1/assets/asset-0/health?limit=11", "health", "ts"),
            ] {
                let before = try Self.all(bench, target, list).compactMap { $0[key] }
                #expect(before.count >= 60, "\(target)")
                var rounds = 0
                let found = try Self.all(bench, target, list) {
                    rounds += 1
                    if rounds < 20 { try grow(3) }
                }.compactMap { $0[key] }
                let texts = found.map { "\($0)" }
                #expect(Set(texts).count == texts.count, "twice: \(target)")
                #expect(Set(texts).isSuperset(of: before.map { "\($0)" }), "missing: \(target)")
            }
        }
    }

    @Test func timesFarAway() async throws {
        try await offPool {
            let bench = try APIBench()
            let kettle = try bench.register("kettle", .kettle)
            // Such rows are only stored by other programs: ours repairs such times.
            try bench.connection.execute(
                """
                create table far_past partition of telemetry for values from (minvalue) to ('1700-01-01');
                create table far_future partition of telemetry for values from ('9000-01-01') to (maxvalue);
                insert into telemetry (ts, epoch, seq, asset, signal_group, historical, values) values
                    ('1601-01-01T00:00:00Z', 1, 1, \(kettle.asset), 0, false, '{1}'),
                    ('9999-12-31T23:59:59.999Z', 1, 2, \(kettle.asset), 0, false, '{2}'),
                    ('-infinity', 1, 3, \(kettle.asset), 0, false, '{3}'),
                    ('200000-01-01', 1, 4, \(kettle.asset), 0, false, '{4}');
                """)
            func sequences(_ query: String) throws -> [Int64] {
                (try bench.get("/api/v1/assets/kettle/telemetry?\(query)")["rows"]?.array ?? []).compactMap {
                    $0["seq"]?.int
                }
            }
            #expect(try sequences("from=1601-01-01T00:00:00Z&to=1601-01-01T00:00:00.001Z") == [1])
            #expect(try sequences("from=1600-01-01T00:00:00Z&to=1601-01-01T00:00:00Z") == [])
            #expect(try sequences("from=9999-12-31T23:59:59.998Z&to=9999-12-31T23:59:59.999Z") == [])
            #expect(try sequences("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999Z") == [1])
            #expect(try sequences("from=9999-12-31T23:59:59.999Z") == [2])
            #expect(try sequences("to=0001-01-01T00:00:00Z") == [])
            #expect(try sequences("to=0001-01-01T00:00:00.001Z") == [])
            for interval in ["1s", "1h", "31d"] {
                let span = "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999Z"
                for order in ["asc", "desc"] {
                    let rows = try Self.all(
                        bench,
                        "/api/v1/assets/kettle/telemetry?\(span)&interval=\(interval)&limit=1&aggregate=last&order=\(order)",
                        "rows")
                    #expect(rows.compactMap { $0["values"]?["temp"]?.double } == (order == "asc" ? [1, 2] : [2, 1]))
                }
            }
        }
    }
}

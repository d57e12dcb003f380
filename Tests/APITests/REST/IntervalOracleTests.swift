import Model
import Postgres
import Runtime
import TestSupport
import Testing

@testable import API

/// Sums over intervals, compared with a naive computation over everything that was stored.
@Suite(.timeLimit(.minutes(10)))
struct IntervalOracleTests {
    /// A reading as it was stored.
    private struct Reading {
        let timeMs: Int64
        let sequence: Int64
        let signal: String
        let value: Double
        let isGood: Bool
    }

    private struct World {
        let bench: APIBench
        let asset: AssetRecord
        var readings: [Reading] = []
        var sequence: Int64 = 0

        /// Stores some frames: any time, value and quality.
        mutating func store(_ random: inout SeededRandom, from fromMs: Int64, spanMs: Int64, count: Int) throws {
            var rows: [TelemetryRow] = []
            for _ in 0..<count {
                sequence += 1
                // Many lie exactly on the borders of intervals, or a millisecond beside them.
                var timeMs = fromMs + Int64(random.below(Int(spanMs)))
                if random.below(3) == 0 { timeMs = timeMs / 60_000 * 60_000 + Int64(random.below(3)) - 1 }
                let group = random.below(2)
                let signals = SignalSet.kettle.groups[group].signals
                let values = signals.map { _ in value(&random) }
                let qualities =
                    random.below(3) == 0 ? signals.map { _ in random.below(2) == 0 ? Quality.good : .bad } : []
                rows.append(
                    APIBench.row(
                        asset, sequence, at: timeMs, group: UInt8(group), values, qualities,
                        historical: random.below(2) == 0))
                for (index, signal) in signals.enumerated() {
                    let isGood = (qualities.isEmpty || qualities[index] == .good) && abs(values[index]) <= 1e300
                    readings.append(
                        Reading(
                            timeMs: timeMs, sequence: sequence, signal: signal.name, value: values[index],
                            isGood: isGood))
                }
            }
            try bench.store(rows)
        }

        private func value(_ random: inout SeededRandom) -> Double {
            switch random.below(20) {
            case 0: .nan
            case 1: .infinity
            case 2: -1.7e308
            case 3: 0
            case 4: -0.0
            default: Double(random.below(2_000_001) - 1_000_000) / 64
            }
        }

        /// Interval's start → signal → value.
        func expected(_ request: Request) -> [(startMs: Int64, values: [String: Double])] {
            let stepMs = Int64(request.seconds) * 1000
            func floor(_ ms: Int64) -> Int64 {
                ms >= 0 ? ms / stepMs * stepMs : -((-ms + stepMs - 1) / stepMs * stepMs)
            }
            let span = floor(request.fromMs)..<floor(request.toMs - 1) + stepMs
            var bins: [Int64: [String: [Reading]]] = [:]
            for reading in readings where reading.isGood && span.contains(reading.timeMs) {
                guard request.signals?.contains(reading.signal) ?? true else { continue }
                bins[floor(reading.timeMs), default: [:]][reading.signal, default: []].append(reading)
            }
            let rows = bins.map { start, signals in
                (
                    startMs: start,
                    values: signals.mapValues { request.aggregate.sum($0.map { ($0.timeMs, $0.sequence, $0.value) }) }
                )
            }
            return rows.sorted { ($0.startMs < $1.startMs) != request.isDescending }
        }
    }

    private struct Request {
        let fromMs: Int64
        let toMs: Int64
        let seconds: Int
        let aggregate: IntervalAggregate
        let signals: [String]?
        let isDescending: Bool
        let limit: Int
        /// The same instants, said in several time zones.
        let offsetMin: Int

        init(_ random: inout SeededRandom, around timeMs: Int64, spanMs: Int64) {
            let hugeSpan = random.below(6) == 0
            fromMs = hugeSpan ? RFC3339.parse("1601-01-01T00:00:00Z") ?? 0 : timeMs + Int64(random.below(Int(spanMs)))
            toMs = hugeSpan ? RFC3339.lastMs : fromMs + 1 + Int64(random.below(Int(spanMs)))
            seconds = [1, 7, 10, 60, 90, 300, 3_600, 7_200, 86_400, 604_800][random.below(10)]
            aggregate = IntervalAggregate.allCases[random.below(IntervalAggregate.allCases.count)]
            signals =
                random.below(2) == 0 ? nil : ["temp", "level", "mode"].filter { _ in random.below(2) == 0 } + ["flow"]
            isDescending = random.below(2) == 0
            limit = [1, 3, 100, 10_000][random.below(4)]
            offsetMin = random.below(5) == 0 && !hugeSpan ? random.below(1_440) - 720 : 0
        }

        var target: String {
            var query = "interval=\(seconds)&aggregate=\(aggregate.rawValue)&limit=\(limit)"
            query += "&from=\(text(fromMs))&to=\(text(toMs))&order=\(isDescending ? "desc" : "asc")"
            if let signals { query += "&signals=\(signals.joined(separator: ","))" }
            return "/api/v1/assets/kettle/telemetry?\(query)"
        }

        private func text(_ timeMs: Int64) -> String {
            let local = RFC3339.format(ms: timeMs + Int64(offsetMin) * 60_000).dropLast()
            let (sign, size) = (offsetMin < 0 ? "-" : "%2B", abs(offsetMin))
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            return "\(local)\(sign)\(two(size / 60)):\(two(size % 60))"
        }
    }

    @Test(arguments: Seeds.list(fixed: 6, fresh: 1)) func sumsEqualTheOracle(_ seed: UInt64) async throws {
        try await offPool {
            var random = SeededRandom(seed: seed)
            let bench = try APIBench()
            let spanMs = [Int64(600_000), 7_200_000, 200_000_000][random.below(3)]
            let fromMs = APIBench.nowMs - spanMs / 2
            var world = World(bench: bench, asset: try bench.register("kettle", .kettle))
            for round in 0..<6 {
                try world.store(&random, from: fromMs, spanMs: spanMs, count: 1 + random.below(150))
                // Sometimes all is summed up, sometimes only what is old, sometimes late readings have come since.
                switch random.below(3) {
                case 0: try bench.sumUp()
                case 1: try bench.sumUp(before: fromMs + Int64(random.below(Int(spanMs))))
                default: break
                }
                // Retention takes the oldest rollups, but not the readings.
                if round == 4, random.below(2) == 0 { try dropOldRollups(bench, before: fromMs + spanMs / 3) }
                for _ in 0..<12 {
                    try compare(world, Request(&random, around: fromMs - spanMs / 4, spanMs: spanMs), replayHint(seed))
                }
            }
        }
    }

    private func dropOldRollups(_ bench: APIBench, before timeMs: Int64) throws {
        let weekMs: Int64 = 604_800_000
        let border = timeMs / weekMs * weekMs
        for table in ["rollup_1m", "rollup_1h"] {
            try bench.connection.execute("delete from \(table) where bucket < $1", [.timestampMs(border)])
        }
    }

    private func compare(_ world: World, _ request: Request, _ hint: String) throws {
        let expected = world.expected(request)
        var found: [(startMs: Int64, values: [String: Double])] = []
        var target = request.target
        for _ in 0..<2_000 {
            let page = try world.bench.get(target)
            let rows = page["rows"]?.array ?? []
            #expect(rows.count <= request.limit, "\(target); \(hint)")
            for row in rows { found.append((row["ts"]?.string.flatMap { RFC3339.parse($0) } ?? -1, Self.values(row))) }
            guard let next = page["next"]?.string else { break }
            #expect(!rows.isEmpty || request.limit == 1, "a page without rows; \(target)")
            target = "\(request.target)&cursor=\(next)"
        }
        #expect(found.map(\.startMs) == expected.map(\.startMs), "\(request.target); \(hint)")
        for (found, expected) in zip(found, expected) {
            #expect(
                Set(found.values.keys) == Set(expected.values.keys), "\(request.target) at \(found.startMs); \(hint)")
            for (signal, value) in expected.values {
                let got = found.values[signal] ?? .nan
                // Sums of rollups are taken in another order.
                let tolerance = 1e-9 * max(1, abs(value)) + (request.aggregate.isASum ? 1e-6 : 0)
                #expect(abs(got - value) <= tolerance, "\(signal) is \(got), not \(value): \(request.target); \(hint)")
            }
        }
    }

    /// As numbers, whatever the signal's form.
    private static func values(_ row: JSON) -> [String: Double] {
        (row["values"]?.object ?? [:]).mapValues { value in
            switch value {
            case .bool(let isOn): isOn ? 1 : 0
            case .string(let label): ["off", "it's on", "hot"].firstIndex(of: label).map(Double.init) ?? .nan
            default: value.double ?? .nan
            }
        }
    }
}

extension IntervalAggregate {
    fileprivate var isASum: Bool { self == .sum || self == .mean }

    fileprivate func sum(_ readings: [(timeMs: Int64, sequence: Int64, value: Double)]) -> Double {
        let values = readings.map(\.value)
        func before(
            _ left: (timeMs: Int64, sequence: Int64, value: Double),
            _ right: (timeMs: Int64, sequence: Int64, value: Double)
        ) -> Bool {
            (left.timeMs, left.sequence) < (right.timeMs, right.sequence)
        }
        return switch self {
        case .mean: values.reduce(0, +) / Double(values.count)
        case .min: values.min() ?? .nan
        case .max: values.max() ?? .nan
        case .sum: values.reduce(0, +)
        case .count: Double(values.count)
        case .first: readings.min(by: before)?.value ?? .nan
        case .last: readings.max(by: before)?.value ?? .nan
        }
    }
}

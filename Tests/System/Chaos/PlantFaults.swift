import Glibc
import Model
import TestSupport

/// Faults that everybody feels: of the broker, the database and the collectors.
extension ChaosRun {
    private static func onPlant(
        _ name: String, _ weight: Int, _ body: @escaping @Sendable (Plant, inout Draw) throws -> Void
    ) -> Fault {
        Fault(name: name, weight: weight) { run, draw in try body(run.plant, &draw) }
    }

    private static func onCollector(
        _ name: String, _ weight: Int, _ body: @escaping @Sendable (CollectorUnit, inout Draw) throws -> Void
    ) -> Fault {
        Fault(name: name, weight: weight) { run, draw in try body(draw.pick(run.plant.collectors), &draw) }
    }

    static let plantFaults: [Fault] = [
        onPlant("broker killed, back at once", 4) { plant, _ in
            plant.broker.kill()
            try plant.broker.start()
        },
        onPlant("broker killed, back later", 3) { plant, draw in
            plant.broker.kill()
            draw.pause(500...4_000)
            try plant.broker.start()
        },
        onPlant("broker stopped and started", 1) { plant, _ in
            plant.broker.stop()
            try plant.broker.start()
        },
        onPlant("broker suspended", 2) { plant, draw in
            plant.broker.pause()
            draw.pause(500...4_000)
            plant.broker.resume()
        },
        onPlant("PostgreSQL stopped at once", 3) { plant, draw in
            try plant.postgres.stop(.immediate)
            if draw.random.unit() < 0.5 { draw.pause(200...4_000) }
            try plant.postgres.start()
        },
        onPlant("PostgreSQL killed", 3) { plant, _ in
            plant.postgres.kill()
            try plant.postgres.start()
        },
        onPlant("PostgreSQL down for a while", 1) { plant, draw in
            try plant.postgres.stop(.fast)
            draw.pause(3_000...8_000)
            try plant.postgres.start()
        },
        Fault(name: "PostgreSQL down for up to a minute", weight: 1, needs: .patience) { run, draw in
            try run.plant.postgres.stop(.fast)
            draw.pause(20_000...60_000)
            try run.plant.postgres.start()
        },
        onPlant("database sessions terminated", 4) { plant, draw in
            for _ in 0..<3 {
                try plant.postgres.terminateSessions(database: plant.database)
                draw.pause(0...300)
            }
        },
        onPlant("telemetry locked", 2) { plant, draw in
            let ms = draw.milliseconds(500...3_000)
            try plant.sql(
                "begin; lock table telemetry in access exclusive mode; select pg_sleep(\(ms) / 1000.0); commit")
        },
        onCollector("collector killed, back at once", 3) { collector, _ in
            collector.kill()
            try collector.start()
        },
        onCollector("collector killed, back later", 1) { collector, draw in
            collector.kill()
            draw.pause(500...4_000)
            try collector.start()
        },
        // What it has sent to PostgreSQL is committed; the answer, or the receipt that follows, never gets out.
        onCollector("collector killed before it knows of a commit", 3) { collector, draw in
            collector.databaseLink.hold([.toClient])
            draw.pause(100...600)
            collector.kill()
            collector.databaseLink.cut()
            collector.databaseLink.hold([])
            try collector.start()
        },
        onCollector("collector killed between commit and receipt", 3) { collector, draw in
            collector.brokerLink.hold([.toServer])
            draw.pause(100...1_500)
            collector.kill()
            collector.brokerLink.cut()
            collector.brokerLink.hold([])
            try collector.start()
        },
        onCollector("collector stopped and started", 3) { collector, _ in
            try collector.stop()
            try collector.start()
        },
        onCollector("collector suspended", 3) { collector, draw in
            collector.unit.pause()
            draw.pause(300...4_000)
            collector.unit.resume()
        },
        onCollector("collector suspended beyond its lease", 1) { collector, draw in
            collector.unit.pause()
            draw.pause(11_000...13_000)
            collector.unit.resume()
        },
        onCollector("collector's link to the broker reset", 3) { collector, _ in collector.brokerLink.cut() },
        onCollector("collector's link to the broker stalled", 2) { collector, draw in
            collector.brokerLink.hold(draw.pick([[.toServer], [.toClient], [.toServer, .toClient]]))
            draw.pause(500...4_000)
            if draw.random.unit() < 0.5 { collector.brokerLink.cut() }
            collector.brokerLink.hold([])
        },
        onCollector("collector's link to the database reset", 3) { collector, _ in collector.databaseLink.cut() },
        onCollector("collector's link to the database cut within a transaction", 4) { collector, draw in
            for _ in 0..<3 {
                collector.databaseLink.cut(
                    after: draw.milliseconds(1...6_000), draw.pick([.toServer, .toServer, .toClient]))
                draw.pause(100...700)
            }
        },
        onCollector("collector's link to the database stalled", 2) { collector, draw in
            collector.databaseLink.hold(draw.pick([[.toServer], [.toClient], [.toServer, .toClient]]))
            draw.pause(500...4_000)
            if draw.random.unit() < 0.5 { collector.databaseLink.cut() }
            collector.databaseLink.hold([])
        },
        Fault(name: "collectors' clocks stepped and set right", weight: 2) { run, draw in
            let steps: [Int64] = [-3_600, 86_400, 2, -2, 600]
            for clock in run.collectorClocks { clock.step(seconds: draw.pick(steps)) }
            draw.pause(500...3_000)
            for clock in run.collectorClocks { clock.step(seconds: 0) }
        },
        Fault(name: "everything killed at once", weight: 1) { run, _ in
            let plant = run.plant
            try run.exclusively(Set(plant.agents.indices)) {
                plant.broker.kill()
                for unit in plant.units { unit.kill() }
                plant.postgres.kill()
                try plant.postgres.start()
                try plant.broker.start()
                for unit in plant.units { try unit.start() }
            }
        },
    ]
}

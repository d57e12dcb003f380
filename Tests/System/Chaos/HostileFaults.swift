import Glibc
import Model
import Synchronization
import TestSupport

/// The hostile client of a run, connected anew whenever the broker has thrown it out.
final class HostileLane: Sendable {
    private let client = Mutex<HostileClient?>(nil)

    /// Nil while the broker is away.
    func connected(_ plant: Plant) -> HostileClient? {
        client.withLock { client in
            if client?.isConnected != true {
                client?.close()
                client = try? HostileClient(
                    port: plant.broker.port,
                    subscribing: ["spBv1.0/\(plant.site)/#"])
            }
            return client
        }
    }

    func close() { client.withLock { $0?.close() } }
}

/// What somebody may publish who can reach the broker: real messages again, in any order, and rubbish.
extension ChaosRun {
    private static func hostile(
        _ name: String, _ weight: Int,
        _ body: @escaping @Sendable (HostileClient, [HostileClient.Message], inout Draw) throws -> Void
    ) -> Fault {
        Fault(name: name, weight: weight) { run, draw in
            guard let client = run.hostile.connected(run.plant) else { return }
            // What was heard of this lane's agent; the broker may die under us at any time.
            let name = run.plant.agents[draw.agent].name
            let heard = client.messages.filter { $0.topic.contains("/\(name)") }
            try? body(client, heard, &draw)
            draw.pause(500...2_000)
        }
    }

    static let hostileFaults: [Fault] = [
        hostile("messages doubled", 3) { client, heard, _ in
            for message in heard.suffix(40) {
                try client.publish(message)
                try client.publish(message)
            }
        },
        hostile("old messages replayed", 3) { client, heard, _ in
            for message in heard.prefix(300) { try client.publish(message) }
        },
        hostile("messages replayed backwards", 2) { client, heard, _ in
            for message in heard.suffix(100).reversed() { try client.publish(message) }
        },
        hostile("messages shuffled", 2) { client, heard, draw in
            for _ in 0..<min(100, heard.count) { try client.publish(draw.pick(heard)) }
        },
        hostile("garbage on the agent's topics", 3) { client, heard, draw in
            let topics = Set(heard.map(\.topic)).sorted() + ["spBv1.0/STATE/bellwether"]
            for _ in 0..<60 {
                let length = draw.random.below(400)
                try client.publish(
                    draw.pick(topics), (0..<length).map { _ in UInt8(truncatingIfNeeded: draw.random.next()) })
            }
        },
        hostile("cut-off messages on the agent's topics", 2) { client, heard, draw in
            for message in heard.suffix(60) {
                let length = draw.random.below(max(1, message.payload.count))
                try client.publish(message.topic, Array(message.payload[..<length]))
            }
        },
    ]
}

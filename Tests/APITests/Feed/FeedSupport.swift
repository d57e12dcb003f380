import Model
import Runtime

@testable import API
@testable import Ingest
@testable import Web

/// A feed's core with one client, driven by hand.
final class FeedBench {
    let core: FeedCore
    var nowMs: Int64 = 1_000_000
    var wallMs: Int64 = 1_780_000_000_000

    init(
        _ policy: FeedCore.Policy = .thin, instance: UInt32 = 7, _ change: (inout FeedSettings) -> Void = { _ in }
    ) {
        var settings = FeedSettings()
        change(&settings)
        core = FeedCore(settings: settings, policy: policy, instance: instance, wallMs: { 1_780_000_000_000 })
    }

    final class Peer {
        fileprivate(set) var client: FeedClient?
        fileprivate(set) var isAwake = false
        fileprivate(set) var ended: (code: WebSocketCloseCode, reason: String)?
    }

    func open() -> Peer {
        let peer = Peer()
        peer.client = core.open(
            wake: { [unowned peer] in peer.isAwake = true },
            end: { [unowned peer, core] code, reason in
                peer.ended = (code, reason)
                // As the server does: the endpoint is told at once.
                if let client = peer.client { core.close(client) }
            })
        return peer
    }

    func send(_ text: String, _ peer: Peer) {
        if let client = peer.client { core.receive(Array(text.utf8), from: client, nowMs: nowMs) }
    }

    /// The next message; nil if the client would sleep now. A client that was not woken is never asked.
    func next(_ peer: Peer) -> JSON? {
        guard let client = peer.client, peer.isAwake else { return nil }
        peer.isAwake = false
        guard let frame = core.next(for: client) else { return peer.isAwake ? next(peer) : nil }
        peer.isAwake = true
        return try? JSON(frame.payload)
    }

    func all(_ peer: Peer) -> [JSON] {
        var messages: [JSON] = []
        while let message = next(peer) { messages.append(message) }
        return messages
    }

    func publish(_ frames: [FeedFrame]) { core.publish(frames.map { .frame($0) }, nowMs: nowMs) }

    func pass(_ ms: Int64) {
        nowMs += ms
        core.tick(nowMs: nowMs)
    }

    static func signals(_ names: [String]) -> [AssetInfo.SignalInfo] {
        names.map { AssetInfo.SignalInfo(name: $0, labels: [], isFlag: false) }
    }

    static func frame(
        _ asset: String, _ sequence: Int64, group: UInt8 = 0, values: [Double] = [1, 2], qualities: [Quality] = [],
        historical: Bool = false, timeMs: Int64? = nil
    ) -> FeedFrame {
        FeedFrame(
            asset: asset, kind: "candu", groupIndex: group, group: "group\(group)",
            signals: signals(["flow", "power"]),
            timeMs: timeMs ?? 1_780_000_000_000 + sequence * 1000, epochBits: 0xAB, sequence: sequence, values: values,
            qualities: qualities, health: historical ? nil : 97.5, status: "healthy", isHistorical: historical)
    }
}

extension SharedFrame {
    /// Without the header of the WebSocket frame.
    var payload: [UInt8] {
        let all = Array(bytes)
        switch all[1] {
        case 126: return Array(all[4...])
        case 127: return Array(all[10...])
        default: return Array(all[2...])
        }
    }
}

extension JSON {
    var type: String { self["type"]?.string ?? "" }
    var cursor: FeedCursor? { self["cursor"]?.string.flatMap { FeedCursor($0) } }
    var sequence: Int64? { self["frame"]?["seq"]?.int }
}

import Analytics
import Postgres
import Runtime

/// Whoever went away while no collector served the site has sent a death that nobody heard: a collector that begins to
/// serve it asks for everybody whom the database calls online, and says who does not answer.
extension Ingestor {
    struct RollCall {
        /// Of the next step.
        var dueMs: Int64
        var hasAsked = false
    }

    func callRoll(of site: String) {
        rollCalls[site] = RollCall(dueMs: nowMs + settings.rollCallAskMs)
    }

    func goOnWithRollCalls() {
        for (site, call) in rollCalls where nowMs >= call.dueMs {
            guard let known = registrar.onlineAgents(site: site) else {
                rollCalls[site]?.dueMs = nowMs + 500
                continue
            }
            let silent = known.filter { nodes[site, $0.agent]?.isOnline != true }
            guard call.hasAsked || silent.isEmpty else {
                // A plain node that reports by exception may have nothing to say for hours.
                for agent in silent { askStranger(site, agent.agent) }
                rollCalls[site] = RollCall(dueMs: nowMs + settings.rollCallAnswerMs, hasAsked: true)
                continue
            }
            guard let long = registrar.silentAssets(site: site) else {
                rollCalls[site]?.dueMs = nowMs + 500
                continue
            }
            rollCalls[site] = nil
            for agent in silent { isAbsent(agent, of: site) }
            for asset in long where assets[asset.number] == nil {
                isSilent(
                    AlarmAsset(number: asset.number, id: asset.id, site: site, agent: asset.agent), kind: asset.kind,
                    sinceMs: asset.sinceMs)
            }
        }
    }

    private func isAbsent(_ agent: Catalogue.OnlineAgent, of site: String) {
        let nowMs = Clock.wallMs()
        let why = "it went away while no collector was listening"
        for stream in agent.streams {
            batch.streams[stream, default: StreamDelta(site: site, agent: agent.agent)].isOnline = false
        }
        if !agent.streams.isEmpty {
            note(
                "agent_offline", .warning, site: site, agent: agent.agent, occurredMs: nowMs,
                "\(agent.agent) is offline: \(why)")
        }
        for asset in agent.assets {
            let word = AssetWord(
                number: asset.number, id: asset.id, score: asset.score, status: .offline)
            writeHealth(word, atMs: nowMs)
            noteStatus(word, site: site, agent: agent.agent, atMs: nowMs, why: why)
            isSilent(
                AlarmAsset(number: asset.number, id: asset.id, site: site, agent: agent.agent), kind: asset.kind,
                sinceMs: nowMs)
        }
    }
}

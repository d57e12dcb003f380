import Model

/// How a detector did at the events of one run, or of several added up.
///
/// Alerts that follow each other within a minute are one episode. An event is detected if an episode begins while it
/// acts; an alarm that was there before tells nobody anything. An episode that begins outside every event, and not
/// within a minute after one, is false.
struct EventScore: Sendable {
    static let joinMs: Int64 = 60_000

    struct Outcome: Sendable {
        var delayS: Double?
        /// The event's length, within which it could have been detected.
        var spanS: Double
        /// Place of the first signal that is known to be moved, at detection and in the last word; from 1.
        var rankAtFirst: Int?
        var rankAtLast: Int?
        var isSensor = false
        var hasGuilty = false
    }

    var outcomes: [Outcome] = []
    var trueEpisodes = 0
    var falseEpisodes = 0
    var normalDays = 0.0

    init() {}

    init(_ run: JudgedRun, _ trace: Trace) {
        let fromMs = run.judgedFromMs
        let episodes = EventScore.episodes(trace.alerts).filter { $0.fromMs >= fromMs }
        var faultyMs: Int64 = 0
        for event in run.events where event.endMs >= fromMs {
            faultyMs += min(event.endMs, run.endMs) - max(event.onsetMs, fromMs)
            outcomes.append(EventScore.outcome(event, episodes.first { event.contains($0.fromMs) }))
        }
        for episode in episodes {
            if run.events.contains(where: { $0.contains(episode.fromMs) }) {
                trueEpisodes += 1
            } else if !run.events.contains(where: {
                episode.fromMs > $0.endMs && episode.fromMs <= $0.endMs + EventScore.joinMs
            }) {
                falseEpisodes += 1
            }
        }
        if fromMs <= run.endMs { normalDays = Double(max(run.endMs - fromMs - faultyMs, 0)) / 86_400_000 }
    }

    mutating func add(_ other: EventScore) {
        outcomes += other.outcomes
        trueEpisodes += other.trueEpisodes
        falseEpisodes += other.falseEpisodes
        normalDays += other.normalDays
    }

    // MARK: - DetectorFigures; nil where there is nothing to tell

    var recall: Double? { share(outcomes.count { $0.delayS != nil }, of: outcomes.count) }
    var precision: Double? { share(trueEpisodes, of: trueEpisodes + falseEpisodes) }
    var falsePerDay: Double? { normalDays > 0 ? Double(falseEpisodes) / normalDays : nil }

    /// Of the events that were detected, in seconds.
    func delay(_ quantile: Double) -> Double? { Quantile.of(outcomes.compactMap(\.delayS), quantile) }

    /// Of all events; one that was missed took as long as it lasted.
    func censoredDelay(_ quantile: Double) -> Double? {
        Quantile.of(outcomes.map { $0.delayS ?? $0.spanS }, quantile)
    }

    /// Of the detected events whose signals are known: how often one of them is among the first `places` named.
    func explained(within places: Int, atLast: Bool, onlySensors: Bool) -> Double? {
        let known = outcomes.filter { $0.delayS != nil && $0.hasGuilty && ($0.isSensor || !onlySensors) }
        return share(known.count { ((atLast ? $0.rankAtLast : $0.rankAtFirst) ?? .max) <= places }, of: known.count)
    }

    private func share(_ part: Int, of all: Int) -> Double? { all > 0 ? Double(part) / Double(all) : nil }

    // MARK: - Episodes

    /// The first alert of each episode, its end moved to the end of the last.
    static func episodes(_ alerts: [Alert]) -> [Alert] {
        var episodes: [Alert] = []
        for alert in alerts.sorted(by: { $0.fromMs < $1.fromMs }) {
            guard let last = episodes.last, alert.fromMs < addingJoin(last.toMs) else {
                episodes.append(alert)
                continue
            }
            if let end = last.toMs { episodes[episodes.count - 1].toMs = alert.toMs.map { max($0, end) } }
            episodes[episodes.count - 1].atLast = alert.atLast
        }
        return episodes
    }

    private static func addingJoin(_ timeMs: Int64?) -> Int64 { timeMs.map { $0 + joinMs } ?? .max }

    private static func outcome(_ event: LabelledEvent, _ episode: Alert?) -> Outcome {
        var outcome = Outcome(spanS: Double(event.endMs - event.onsetMs) / 1000)
        outcome.isSensor = event.isSensor
        outcome.hasGuilty = !event.guilty.isEmpty
        guard let episode else { return outcome }
        outcome.delayS = Double(episode.fromMs - event.onsetMs) / 1000
        outcome.rankAtFirst = rank(event.guilty, episode.atFirst)
        outcome.rankAtLast = rank(event.guilty, episode.atLast)
        return outcome
    }

    private static func rank(_ guilty: [String], _ explanation: Explanation) -> Int? {
        explanation.signals.firstIndex { guilty.contains($0) }.map { $0 + 1 }
    }
}

import Model
import Outbox
public import Runtime
import Tables

/// One agent: opens the outbox, starts the link, samples until it is told to stop.
public struct Agent {
    private let config: AgentConfig
    /// Of the sampler; kept over reopenings, so that an order to stop is never lost.
    private let orders = Mailbox<SamplerOrder>(capacity: 4096)
    private let notifier = ServiceNotifier()
    private let replay = Locked<ReplayProgress?>(nil)
    private let log = Log("agent")

    public init(_ config: AgentConfig) { self.config = config }

    /// Tells the agent to end; from any thread.
    public var stop: @Sendable () -> Void {
        { [orders] in _ = orders.offer(.stop, cost: 0) }
    }

    /// Of the recording that is or was played; nil when there is none.
    public var replayProgress: ReplayProgress? { replay.withLock { $0 } }

    /// Blocks until the agent has ended.
    public func run() -> ExitCode {
        var backoff = Backoff(
            firstMs: 200, maxMs: 10_000, random: SeededRandom(seed: UInt64(bitPattern: Clock.wallMs())))
        while true {
            do {
                switch try runOnce() {
                case .stopped: return .success
                case .reopen(let failure): guard isPassing(failure) else { return .failure }
                }
            } catch let failure as OutboxFailure {
                guard isPassing(failure) else { return .failure }
            } catch {
                log.error("the agent cannot run", ["problem": "\(error)"])
                return .failure
            }
            for case .stop in orders.takeAll(timeoutMs: backoff.nextMs()) { return .success }
        }
    }

    /// Whether opening the outbox again may help.
    private func isPassing(_ failure: OutboxFailure) -> Bool {
        switch failure.kind {
        case .disk, .full, .damaged:
            log.error("the outbox is opened again", ["problem": "\(failure)"])
            return true
        case .locked, .configuration, .recording, .bug:
            log.error("the agent cannot go on", ["problem": "\(failure)"])
            return false
        }
    }

    private func runOnce() throws -> Sampler.Outcome {
        let (config, feed) = try resolved()
        guard let source = AssetSource(config.asset, plan: config.scenarios.plan, feed: feed) else {
            throw OutboxFailure(.configuration, doing: "start", detail: "unknown asset kind \(config.asset.kind)")
        }
        let journal = try config.journalPath.map { (path) throws(SystemFailure) in try Journal(path: path) }
        let kind = source.kind
        let (outbox, notes) = try Outbox.open(config.outbox, nowMs: Clock.wallMs())
        for note in notes { log.info("\(note)", ["state_dir": config.stateFolder]) }
        let wake = try WakeUp()
        let news = Mailbox<LinkNews>(capacity: 4096, onOffer: wake)
        let counters = AgentCounters(replay: replay)
        counters.linkAlive(atMs: Clock.monotonicMs())
        try Identity(config.asset, kind).check(outbox)
        let sampler = try Sampler(
            config: config, source: source, outbox: outbox, journal: journal, toLink: news, orders: orders,
            counters: counters, notifier: notifier)
        let layouts = try outbox.layoutsInUse(asset: config.asset.id, kind: config.asset.kind)
        let thread = try startLink(
            config, kind, layouts: layouts, news: news, wake: wake, counters: counters)
        defer { thread.join() }
        notifier.ready(status: "sampling \(config.asset.id) at \(config.asset.rateHz) Hz")
        log.info("sampling", ["asset": config.asset.id, "kind": config.asset.kind, "rate_hz": config.asset.rateHz])
        return sampler.run()
    }

    /// The configuration as the recording, if one is played, completes it.
    private func resolved() throws -> (AgentConfig, ReplayFeed?) {
        guard let recording = config.asset.recording else { return (config, nil) }
        let feed: ReplayFeed
        do throws(TableFailure) {
            feed = try ReplayFeed(recording)
        } catch {
            throw OutboxFailure(.recording, doing: "play the recording", detail: "\(error)")
        }
        var config = config
        config.asset.kind = feed.kind.id
        config.asset.rateHz = feed.rateHz
        config.asset.seed = recording.digest
        return (config, feed)
    }

    /// Everything of the link is made on its own thread, for it is confined to it.
    private func startLink(
        _ config: AgentConfig, _ kind: AssetKind, layouts: [Layout], news: Mailbox<LinkNews>, wake: WakeUp,
        counters: AgentCounters
    ) throws -> NamedThread {
        try NamedThread.start(name: "link") { [orders] in
            do {
                let link = try Link(
                    config: config, kind: kind, reader: OutboxReader(folder: config.stateFolder), layouts: layouts,
                    news: news,
                    wake: wake, toSampler: orders, counters: counters)
                link.run()
            } catch {
                let failure =
                    error as? OutboxFailure
                    ?? OutboxFailure(.configuration, doing: "start the link", detail: "\(error)")
                _ = orders.offer(.failed(failure), cost: 0)
            }
        }
    }
}

import Analytics
import Assets
import Model
import Postgres
import Runtime
import TestSupport
import Testing

@testable import API
@testable import Ingest

/// The page with more assets than fit on a screen, in a real browser.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: Browser.isInstalled, "chromium is not installed: apt-get install chromium"))
struct FleetPageTests {
    private final class Fleet: Sendable {
        let server: APIServer
        let feeds: Feeds
        private let assets: [(info: AssetInfo, kind: AssetKind)]
        private let isStopping = StopFlag()

        init(count: Int) throws {
            let bench = try APIBench()
            bench.collector.state.databaseProblem(nil)
            bench.collector.state.schemaIsReady()
            bench.collector.state.duty(.standBy)
            let feeds = Feeds(bench.metrics)
            self.feeds = feeds
            assets = try (0..<count).map { index in
                let kind = AssetCatalog.all[index % AssetCatalog.all.count]
                let set = SignalSet(kind)
                let record = try bench.register("\(kind.id)-\(index)", set, title: kind.title)
                let info = AssetInfo(
                    number: record.asset, id: record.id, kind: record.kind, site: record.site, agent: record.agent,
                    groups: set.groups.map(AssetInfo.Group.init))
                return (info, kind)
            }
            try bench.connection.execute(
                """
                insert into health (asset, ts, score, status) select asset, now(), 100, 'healthy' from assets;
                insert into streams (epoch, site, agent, online, made, committed, stored_frames, received_frames)
                    select asset, site, agent, true, 1000, '{[1,1001)}', 1000, 1000 from assets;
                """)
            server = try APIServer(bench.config, collector: bench.collector, feeds: feeds, metrics: bench.metrics)
            startThread { [self] in
                var random = SeededRandom(seed: 1)
                var sequence: Int64 = 0
                while !isStopping.isSet {
                    sequence += 1
                    feeds.sink(frames(sequence, &random), [])
                    Clock.sleep(ms: 1000)
                }
            }
        }

        func stop() {
            isStopping.set()
            server.stop()
        }

        /// Every asset's first group: readings near the middle of their normal range. Number 17 is critical, 33 warns.
        private func frames(_ sequence: Int64, _ random: inout SeededRandom) -> [CommittedFrame] {
            var frames: [CommittedFrame] = []
            for (index, asset) in assets.enumerated() {
                let signals = asset.kind.groups[0].signals
                var values = signals.map { signal in
                    let normal = signal.normal ?? 0...1
                    let middle = (normal.lowerBound + normal.upperBound) / 2
                    return middle + (random.unit() - 0.5) * (normal.upperBound - normal.lowerBound) / 20
                }
                if index == 17, let alarm = signals[4].alarm { values[4] = alarm.upperBound + 1 }
                let health = index == 17 ? 31.0 : index == 33 ? 71 : 99
                frames.append(
                    CommittedFrame(
                        asset: asset.info, group: 0, timeMs: Clock.wallMs(), epochBits: 1, sequence: sequence,
                        values: values, qualities: [], health: health,
                        status: index == 17 ? .critical : index == 33 ? .warning : .healthy, isHistorical: false))
            }
            return frames
        }
    }

    @Test func twoHundredAssets() async throws {
        try await offPool {
            let fleet = try Fleet(count: 200)
            defer { fleet.stop() }
            let browser = try Browser()
            try browser.resize(width: 1280, height: 900)
            try browser.open("http://127.0.0.1:\(fleet.server.port)/")
            try browser.wait(for: "document.querySelectorAll('.tile').length === 200")
            let word = "document.querySelector('#asset-verdict .word').textContent"
            try browser.wait(for: "\(word) === '■ 1 critical   ▲ 1 warning'")
            try browser.wait(for: "document.querySelectorAll('.tile.stale').length === 0")
            // The worst come first, and say why.
            let first = "[...document.querySelectorAll('.tile')].slice(0, 2).map((tile) => tile.dataset.asset).join()"
            try browser.wait(for: "\(first) === 'smr-17,smr-33'")
            let reason = "document.querySelector('.reasons li').textContent"
            try browser.wait(for: "\(reason) .startsWith('■ smr-17') && \(reason).includes('above')")
            try browser.picture("fleet")
            // Those that are well take little room.
            #expect(try browser.evaluate("document.querySelectorAll('.tile')[9].offsetHeight < 90") == .bool(true))
            try browser.press("/")
            #expect(try browser.evaluate("document.activeElement.id") == .string("filter"))
            for key in "tailings-19" { try browser.press(String(key)) }
            try browser.wait(for: "document.querySelectorAll('.tile').length === 4", within: .seconds(20))
            try browser.press("Escape")
            try browser.evaluate("document.querySelector('.reasons button').click()")
            try browser.wait(for: "document.activeElement.dataset.asset === 'smr-17'")
            try browser.press("Enter")
            try browser.wait(for: "document.activeElement.querySelectorAll('.signal:not([hidden])').length > 40")
            #expect(try browser.evaluate("document.documentElement.scrollWidth <= innerWidth") == .bool(true))
            try browser.picture("fleet-open")
            try browser.resize(width: 400, height: 800)
            #expect(try browser.evaluate("document.documentElement.scrollWidth <= innerWidth") == .bool(true))
            #expect(browser.complaints == [])
            if environmentVariable("BELLWETHER_PICTURES") != nil {
                let (busy, heap) = (try browser.metric("TaskDuration"), try browser.metric("JSHeapUsedSize"))
                Clock.sleep(ms: 10_000)
                let share = (try browser.metric("TaskDuration") - busy) / 10
                print("fleet page: busy \(share), heap \(Int(heap) >> 20) MB")
            }
        }
    }
}

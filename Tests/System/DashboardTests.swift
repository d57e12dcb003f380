import Runtime
import TestSupport
import Testing

extension SystemTests {
    /// The page of the shipped collector in a real browser, with real agents behind it.
    @Suite(
        "Dashboard", .serialized, .timeLimit(.minutes(5)),
        .enabled(if: Browser.isInstalled, "chromium is not installed: apt-get install chromium"))
    struct Dashboard {
        private static let isLive = "document.getElementById('link').textContent === '● live'"
        private static let assetWord = "document.querySelector('#asset-verdict .word').textContent"
        private static let deliveryWord = "document.querySelector('#delivery-verdict .word').textContent"
        /// Every number that the tiles show.
        private static let values =
            "[...document.querySelectorAll('.signal:not([hidden]) .value b')].map(e => e.textContent)"

        private static func tile(_ asset: String) -> String {
            "document.querySelector('.tile[data-asset=\"\(asset)\"]')"
        }

        @Test("An operator sees live assets, what is unwell, what is lost, and when the page knows nothing")
        func anOperatorsView() async throws {
            try await offPool {
                let (plant, browser) = try Self.start()
                try Self.isCalmAndLive(browser, plant)
                try Self.answersTheKeyboard(browser)
                try Self.fitsTheWindow(browser)
                try Self.showsAnAgentThatEnds(browser, plant)
                try Self.showsWhatIsLost(browser, plant)
                try Self.survivesARestart(browser, plant)
            }
        }

        private static func start() throws -> (Plant, Browser) {
            var settings = Plant.Settings()
            settings.collectors[0].listenPort = try FreePort.next()
            settings.agents = ["candu", "smr", "caster", "tailings"].map { .init("\($0)-1", kind: $0, rateHz: 1) }
            let plant = try Plant(settings)
            try plant.start()
            try plant.waitForFrames(3)
            let browser = try Browser()
            try browser.resize(width: 1280, height: 900)
            try browser.open("http://127.0.0.1:\(settings.collectors[0].listenPort)/")
            return (plant, browser)
        }

        private static func isCalmAndLive(_ browser: Browser, _ plant: Plant) throws {
            try browser.wait(for: "document.querySelectorAll('.tile').length === 4")
            try browser.wait(for: isLive)
            try browser.wait(for: "\(assetWord) === 'All 4 assets are healthy'")
            try browser.wait(for: "\(deliveryWord) === 'Nothing is lost'")
            try browser.wait(for: "document.querySelectorAll('.tile:not(.stale)').length === 4")
            // Six signals each, all with a value, and most of them move.
            try browser.wait(for: "\(values).length >= 24 && !\(values).includes('—')")
            let before = try #require(try browser.evaluate(values).array)
            try browser.wait(for: "((was) => \(values).filter((v, i) => v !== was[i]).length > 8)(\(text(before)))")
            // Sparklines are drawn.
            try browser.wait(
                for: """
                    [...document.querySelectorAll('.signal:not([hidden]) canvas')].every((canvas) => canvas.width > 0
                        && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((b) => b > 0))
                    """)
            // Counters of the streams rise, and nothing is missing.
            let stored = "Number(document.querySelector('.figures .stored dd').textContent.replaceAll('\\u2009', ''))"
            let first = try browser.evaluate(stored).double ?? .nan
            #expect(first >= 12)
            try browser.wait(for: "\(stored) > \(first + 4)")
            #expect(try browser.evaluate("document.querySelector('.figures .lost dd').textContent") == .string("0"))
            #expect(try browser.evaluate("document.querySelectorAll('#stream-rows tr').length") == .int(4))
            #expect(try browser.evaluate("document.querySelectorAll('#alert-rows li').length > 3") == .bool(true))
            try browser.picture("healthy")
            #expect(browser.complaints == [])
            let port = plant.collector.settings.listenPort
            let foreign = browser.requests.filter { !$0.contains("://127.0.0.1:\(port)/") }
            #expect(foreign == [], "the page asks others")
            #expect(browser.requests.contains("ws://127.0.0.1:\(port)/ws/telemetry"))
        }

        private static func text(_ values: [JSON]) -> String {
            "[" + values.map { "\"\($0.string ?? "")\"" }.joined(separator: ",") + "]"
        }

        private static func answersTheKeyboard(_ browser: Browser) throws {
            let focused = "document.activeElement.dataset.asset ?? document.activeElement.id"
            try browser.press("1")
            let first = try browser.evaluate(focused)
            try browser.press("ArrowRight")
            let second = try browser.evaluate(focused)
            #expect(first.string?.hasSuffix("-1") == true && second.string?.hasSuffix("-1") == true && first != second)
            try browser.press("Enter")
            try browser.wait(for: "document.activeElement.classList.contains('open')")
            #expect(
                try browser.evaluate("document.activeElement.querySelectorAll('.signal:not([hidden])').length > 40")
                    == .bool(true))
            try browser.picture("all-signals")
            try browser.press("Escape")
            try browser.wait(for: "!document.activeElement.classList.contains('open')")
            try browser.press("2")
            #expect(try browser.evaluate(focused) == .string("streams"))
            try browser.press("3")
            #expect(try browser.evaluate(focused) == .string("alerts"))
            let theme = try browser.evaluate("document.documentElement.dataset.theme")
            try browser.press("t")
            #expect(try browser.evaluate("document.documentElement.dataset.theme") != theme)
            try browser.picture("other-theme")
            try browser.press("t")
        }

        private static func fitsTheWindow(_ browser: Browser) throws {
            for (width, height) in [(400, 800), (1920, 1080), (1280, 900)] {
                try browser.resize(width: width, height: height)
                try browser.wait(for: "innerWidth === \(width)")
                #expect(
                    try browser.evaluate("document.documentElement.scrollWidth <= innerWidth") == .bool(true),
                    "\(width)")
                // What matters is on the first screen: both sentences.
                let bottom = "document.getElementById('overview').getBoundingClientRect().bottom <= innerHeight"
                #expect(try browser.evaluate("scrollTo(0, 0), \(bottom)") == .bool(true), "\(width)")
                try browser.picture("width-\(width)")
            }
        }

        private static func showsAnAgentThatEnds(_ browser: Browser, _ plant: Plant) throws {
            plant.agents[1].kill()
            try browser.wait(for: "\(assetWord) === '○ 1 offline'")
            #expect(try browser.evaluate("document.querySelector('.reasons button').textContent") == .string("○ smr-1"))
            #expect(try browser.evaluate("document.title.startsWith('○ 1 offline')") == .bool(true))
            try browser.wait(for: "\(tile("smr-1")).classList.contains('stale')")
            #expect(try browser.evaluate("\(tile("candu-1")).classList.contains('stale')") == .bool(false))
            try browser.evaluate("document.querySelector('.reasons button').click()")
            #expect(try browser.evaluate("document.activeElement.dataset.asset") == .string("smr-1"))
            try browser.picture("offline")
            try plant.agents[1].start()
            try browser.wait(for: "\(assetWord) === 'All 4 assets are healthy'")
        }

        private static func showsWhatIsLost(_ browser: Browser, _ plant: Plant) throws {
            try plant.sql(
                """
                insert into losses (epoch, first_seq, last_seq, from_ts, to_ts, site, agent, cause, noted_by)
                    select epoch, 900001, 900007, now(), now(), site, agent, 'outbox_full', 'agent' from streams
                    where agent = 'caster-1';
                update streams set lost = '{[900001,900008)}' where agent = 'caster-1';
                """)
            try browser.wait(for: "\(deliveryWord) === '■ 7 frames lost'")
            try browser.wait(for: "\(tile("caster-1")).querySelector('.delivery').textContent === '■ 7 lost'")
            #expect(
                try browser.evaluate("document.getElementById('loss-rows').textContent.includes('outbox full')")
                    == .bool(true))
            try browser.picture("lost")
            try plant.sql("delete from losses; update streams set lost = '{}'")
            try browser.wait(for: "\(deliveryWord) === 'Nothing is lost'")
        }

        private static func survivesARestart(_ browser: Browser, _ plant: Plant) throws {
            plant.collector.kill()
            try browser.wait(for: "document.getElementById('link').textContent === '○ cut off'")
            try browser.wait(for: "\(assetWord) === 'State unknown: no live data'")
            try browser.wait(for: "document.querySelectorAll('.tile.stale').length === 4")
            try browser.wait(for: "document.querySelectorAll('#banners p').length > 0")
            try browser.picture("cut-off")
            try plant.collector.start()
            try browser.wait(for: isLive)
            try browser.wait(for: "\(assetWord) === 'All 4 assets are healthy'")
            try browser.wait(for: "document.querySelectorAll('#banners p').length === 0")
            let before = try #require(try browser.evaluate(values).array)
            try browser.wait(for: "((was) => \(values).filter((v, i) => v !== was[i]).length > 8)(\(text(before)))")
            #expect(try browser.evaluate(deliveryWord).string?.hasPrefix("Nothing is lost") == true)
        }
    }
}

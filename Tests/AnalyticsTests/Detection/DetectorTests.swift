import Model
import TestSupport
import Testing

@testable import Analytics

@Suite struct DetectorTests {
    @Test func `a shift of one signal is found, in that signal, and ends`() throws {
        var stream = Streams(seed: 1)
        var detector = AssetDetector(plan: Streams.plan)
        for _ in 0..<1_500 { #expect(detector.take(&stream).isEmpty) }
        var began: Finding?
        for _ in 0..<60 where began == nil {
            began = detector.take(&stream) { $0[2] += 25 }.first { $0.phase == .began }?.finding
        }
        let finding = try #require(began)
        #expect(finding.contributions.first?.signal == "signal_2")
        #expect(finding.contributions.first?.direction == .up)
        #expect(finding.sinceMs <= finding.detectedMs)
        var ended = false
        for _ in 0..<1_500 { ended = detector.take(&stream).contains { $0.phase == .ended } || ended }
        #expect(ended)
        #expect(detector.openFinding == nil)
    }

    @Test(arguments: [1, 7, 500, 1_499]) func `saved and restored at any frame it goes on bit for bit`(at: Int) throws {
        var stream = Streams(seed: 2)
        var whole = AssetDetector(plan: Streams.plan)
        var parts = AssetDetector(plan: Streams.plan)
        for frame in 0..<1_600 {
            var values = stream.next()
            if frame > 1_450 { values[3] += 30 }
            var a: [FindingChange] = []
            var b: [FindingChange] = []
            whole.take(group: 0, timeMs: stream.timeMs, values: values.span, quality: [], into: &a)
            parts.take(group: 0, timeMs: stream.timeMs, values: values.span, quality: [], into: &b)
            #expect(a == b)
            if frame % at == 0 { parts = try AssetDetector(plan: Streams.plan, encoded: parts.encoded()) }
        }
        #expect(whole.encoded() == parts.encoded())
    }
}

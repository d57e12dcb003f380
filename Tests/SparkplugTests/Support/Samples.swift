import Model
import Sparkplug

/// One small agent that the tests share: two assets, signals of every form.
enum Samples {
    static let groups = [
        SignalGroup(
            "process", .everyTick,
            [
                Signal("temperature", "Core temperature", unit: "Cel", physical: -50...1200),
                Signal("pressure", "Primary pressure", unit: "MPa"),
                Signal("scram", "Scram", form: .flag),
                Signal("mode", "Mode", form: .category(["stop", "run", "Störung"])),
            ]),
        SignalGroup("slow", .every(seconds: 10), [Signal("rain", "Rainfall", unit: "mm/h")]),
    ]
    static let kind = AssetKind(id: "sample", title: "Sample", groups: groups, scenarios: []) { _ in
        fatalError("no simulator: these tests only encode")
    }
    static let aliases = AliasTable(assets: [("asset-1", kind), ("asset-2", kind)])
    static let epoch = Epoch(bits: 0x0123_4567_89AB_CDEF)!
    static let status = AgentStatus(
        epoch: epoch, sequence: 42, chain: 0xFEDC_BA98_7654_3210, first: 40, receipted: 39, pending: 3, dropped: 0,
        outboxBytes: 1 << 20, outboxCapacityBytes: 1 << 30, outboxDaysLeft: 12.5)
    static let frame = Frame(
        group: 0, timeMs: 1_767_225_600_000, values: [290.25, .nan, 1, 2], qualities: [.good, .stale, .good, .stale])
    static let report = Report(
        cause: .outboxFull, epoch: epoch, lost: 5...9, fromMs: 1_767_225_600_000, toMs: 1_767_225_605_000)
    static let receipt = Receipt(epoch: epoch, settled: SequenceSet([1...7, 9...12]))
    static let resend = ResendRequest(epoch: epoch, range: 3...5)

    static func envelope(sequence: Int64 = 43, isHistorical: Bool = false) -> DataEnvelope {
        DataEnvelope(
            epoch: epoch, sequence: sequence, chain: 0xFEDC_BA98_7654_3210, seq: 7, sentMs: 1_767_225_600_050,
            isHistorical: isHistorical)
    }
}

/// The saved form of the open finding.
extension FindingTracker {
    func write(to out: inout StateWriter) {
        out.word(lastNumber)
        out.word(frames)
        out.word(framesAlone)
        out.word(calm)
        out.word(toldSurprise)
        out.word(lastSeenMs)
        out.word(open == nil ? UInt64(0) : 1)
        guard let open else { return }
        out.word(open.number)
        out.word(open.sinceMs)
        out.word(open.detectedMs)
        out.word(open.peakMs)
        out.word(open.surprise)
        out.word(open.peakSurprise)
        out.word(UInt64(open.level.rawValue))
        out.word(UInt64(open.layer.rawValue))
        out.text(open.regime)
        out.word(UInt64(open.contributions.count))
        for part in open.contributions {
            out.text(part.signal)
            out.word(part.share)
            out.word(UInt64(part.direction.rawValue))
            out.word(part.expected)
            out.word(part.seen)
        }
        out.word(UInt64(open.brokenRelations.count))
        for name in open.brokenRelations { out.text(name) }
        out.word(UInt64(open.likelyFaults.count))
        for fault in open.likelyFaults {
            out.text(fault.name)
            out.word(fault.probability)
        }
    }

    /// Nil if it is not the form of a finding.
    init?(from input: inout StateReader) {
        lastNumber = input.int()
        frames = input.double()
        framesAlone = input.double()
        calm = input.double()
        toldSurprise = input.double()
        lastSeenMs = input.int()
        guard lastNumber >= 0, lastNumber < Int64.max / 2 else { return nil }
        guard input.word() == 1 else { return }
        let number = input.int()
        let sinceMs = input.int()
        let detectedMs = input.int()
        let peakMs = input.int()
        let surprise = input.double()
        let peakSurprise = input.double()
        guard let level = Finding.Level(rawValue: Int(truncatingIfNeeded: input.word())),
            let layer = Finding.Layer(rawValue: Int(truncatingIfNeeded: input.word()))
        else { return nil }
        let regime = input.text()
        var parts: [Finding.Contribution] = []
        for _ in 0..<min(input.word(), UInt64(Finding.mostContributions)) {
            let signal = input.text()
            let share = input.double()
            guard let direction = Finding.Direction(rawValue: Int(truncatingIfNeeded: input.word())) else { return nil }
            parts.append(
                Finding.Contribution(
                    signal: signal, share: share, direction: direction, expected: input.double(),
                    seen: input.double()))
        }
        var relations: [String] = []
        for _ in 0..<min(input.word(), 64) { relations.append(input.text()) }
        var faults: [Finding.LikelyFault] = []
        for _ in 0..<min(input.word(), 64) {
            faults.append(Finding.LikelyFault(name: input.text(), probability: input.double()))
        }
        open = Finding(
            number: number, sinceMs: sinceMs, detectedMs: detectedMs, endedMs: nil, peakMs: peakMs, surprise: surprise,
            peakSurprise: peakSurprise, level: level, layer: layer, regime: regime, contributions: parts,
            brokenRelations: relations, likelyFaults: faults)
    }
}

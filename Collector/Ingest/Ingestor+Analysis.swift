import Analytics
import Assets
import Model
import Postgres
import Runtime

/// Detectors see every stored frame once, in the order of its stream, whatever order it came in; after a restart they
/// go on from their saved state and from what was stored since.
extension Ingestor {
    /// Analyses the frame in `reading`, which was just added to the batch, or keeps it for its turn.
    func analyse(_ asset: AssetState, _ stream: StreamState, _ sequence: Int64, _ timeMs: Int64) {
        guard settings.analyses else { return }
        let head = reading.head
        guard let analysis = asset.analysis ?? beginAnalysis(asset, stream, sequence) else { return }
        let count = head.count
        if analysis.isNext(stream, sequence) {
            analysis.detector.take(
                group: head.group, timeMs: timeMs, values: reading.values.span.extracting(0..<count),
                quality: reading.isNotAllGood ? Array(reading.qualities[..<count]) : [], into: &findingChanges)
            analysis.wasGiven(sequence)
            analysis.lastTimeMs = timeMs
            if !findingChanges.isEmpty { noteFindings(asset, analysis, sequence, isLate: head.isHistorical) }
        } else {
            analysis.hold(
                stream,
                AssetAnalysis.HeldFrame(
                    sequence: sequence, timeMs: timeMs, group: head.group, isHistorical: head.isHistorical,
                    values: Array(reading.values[..<count]),
                    qualities: reading.isNotAllGood ? Array(reading.qualities[..<count]) : []))
            goOn(asset, analysis)
        }
        if nowMs >= analysis.saveMs { save(asset, analysis) }
    }

    /// Analyses what is held and whose turn has come.
    private func goOn(_ asset: AssetState, _ analysis: AssetAnalysis) {
        while let frame = analysis.next() { take(frame, asset, analysis) }
        if analysis.mustRead { behind.insert(asset.info.number) }
    }

    private func take(_ frame: AssetAnalysis.HeldFrame, _ asset: AssetState, _ analysis: AssetAnalysis) {
        analysis.detector.take(
            group: frame.group, timeMs: frame.timeMs, values: frame.values.span, quality: frame.qualities,
            into: &findingChanges)
        analysis.lastTimeMs = frame.timeMs
        if !findingChanges.isEmpty { noteFindings(asset, analysis, frame.sequence, isLate: frame.isHistorical) }
    }

    // MARK: - What is read again

    /// Reads a slice of what was stored and not analysed; called at each turn.
    func catchUp() {
        guard !behind.isEmpty else { return }
        for number in behind {
            guard let asset = assets[number], let analysis = asset.analysis, analysis.mustRead else {
                behind.remove(number)
                continue
            }
            guard nowMs >= analysis.readMs, analysis.canRead else { continue }
            readAgain(asset, analysis)
            // One slice a turn: messages go first.
            return
        }
    }

    private func readAgain(_ asset: AssetState, _ analysis: AssetAnalysis) {
        let stream = analysis.current
        guard
            let read = registrar.storedFrames(
                stream, asset: asset.info.number, after: analysis.mark,
                sinceMs: analysis.lastTimeMs &- Ingestor.mostClockStepMs)
        else {
            analysis.readMs = nowMs + 1_000
            return
        }
        if read.through <= analysis.mark { analysis.readMs = nowMs + 200 }
        for frame in read.frames {
            take(AssetAnalysis.HeldFrame(frame), asset, analysis)
            analysis.hasRead(through: frame.sequence)
        }
        analysis.hasRead(through: read.through)
        goOn(asset, analysis)
    }

    /// How far an agent's clock may have been set back between two frames, for the later one to be found.
    private static let mostClockStepMs: Int64 = 2 * 86_400_000

    // MARK: - Saved states

    /// One for all assets of a kind.
    func plan(_ kind: AssetKind, _ set: SignalSet) -> DetectorPlan {
        if let known = plans[kind.id] { return known }
        let new = AssetState.plan(set, kind)
        plans[kind.id] = new
        return new
    }

    /// From the saved state; without one, the analysis begins with the asset's next frames. Nil if the database is away.
    private func beginAnalysis(_ asset: AssetState, _ stream: StreamState, _ sequence: Int64) -> AssetAnalysis? {
        guard nowMs >= asset.analysisMs else { return nil }
        guard let (record, told) = registrar.analysis(asset.info.number) else {
            asset.analysisMs = nowMs + 1_000
            return nil
        }
        let plan = asset.plan
        var courses: [AssetAnalysis.Course] = []
        var detector = AssetDetector(plan: plan)
        var numberBefore = told.lastNumber
        var lastTimeMs = Int64.min
        if let record, record.plan == plan.fingerprint,
            let saved = streams[StreamID(site: stream.id.site, agent: stream.id.agent, epoch: record.epoch)],
            saved.number <= stream.number, let restored = restored(asset, plan, record)
        {
            detector = restored
            numberBefore = record.numberBefore
            lastTimeMs = record.timeMs
            let since = streams.values.filter {
                $0.id.site == stream.id.site && $0.id.agent == stream.id.agent && $0.number >= saved.number
            }
            courses = since.sorted { $0.number < $1.number }.map { known in
                let missed = known === stream ? known.othersThrough(sequence) : known.claimed.max ?? 0
                return AssetAnalysis.Course(
                    stream: known,
                    order: AnalysisOrder(mark: known === saved ? record.sequence : 0, missedThrough: missed))
            }
        } else {
            // What is stored of another time, or of another plan, is left as it is.
            let mark = min(stream.settledThrough, sequence - 1)
            courses = [
                AssetAnalysis.Course(
                    stream: stream,
                    order: AnalysisOrder(mark: mark, missedThrough: max(mark, stream.othersThrough(sequence))))
            ]
        }
        let analysis = AssetAnalysis(
            detector: detector, planFingerprint: plan.fingerprint, numberBefore: numberBefore, courses: courses,
            told: told.sequences, lastTimeMs: lastTimeMs)
        asset.analysis = analysis
        if lastTimeMs == .min { save(asset, analysis) } else { scheduleSave(asset, analysis) }
        if analysis.mustRead { behind.insert(asset.info.number) }
        return analysis
    }

    private func restored(_ asset: AssetState, _ plan: DetectorPlan, _ record: AnalysisRecord) -> AssetDetector? {
        guard let state = record.state else { return AssetDetector(plan: plan) }
        do {
            return try AssetDetector(plan: plan, encoded: state)
        } catch {
            log.error(
                "the saved state of an asset's detectors cannot be read; they begin anew",
                ["asset": asset.info.id, "problem": "\(error)"])
            return nil
        }
    }

    /// Puts the state into the batch, to be stored with the frames that are in it.
    private func save(_ asset: AssetState, _ analysis: AssetAnalysis) {
        batch.add(
            AnalysisEntry(
                asset: asset.info.number, epoch: analysis.current.id.epoch, sequence: analysis.mark,
                timeMs: analysis.lastTimeMs == .min ? receivedMs : analysis.lastTimeMs,
                plan: analysis.planFingerprint, numberBefore: analysis.numberBefore,
                state: analysis.lastTimeMs == .min ? nil : analysis.detector.encoded()))
        scheduleSave(asset, analysis)
    }

    /// Not all at the same time.
    private func scheduleSave(_ asset: AssetState, _ analysis: AssetAnalysis) {
        analysis.saveMs = nowMs + settings.analysisSaveMs + Int64(asset.info.number % 64) * settings.analysisSaveMs / 64
    }

    /// At the end: what is saved need not be analysed again. What there is no room for is.
    func saveAllAnalyses() {
        for asset in assets.values.sorted(by: { $0.info.number < $1.info.number }) {
            guard let analysis = asset.analysis, batch.bytes < settings.mostBatchBytes else { continue }
            save(asset, analysis)
        }
    }

    /// What was analysed may not be stored: the saved states, and what is stored since, decide.
    func forgetAnalyses() {
        for asset in assets.values { asset.analysis = nil }
        behind.removeAll()
        findingChanges.removeAll()
    }

    // MARK: - Findings

    private func noteFindings(
        _ asset: AssetState, _ analysis: AssetAnalysis, _ sequence: Int64, isLate: Bool
    ) {
        let epoch = analysis.current.id.epoch
        for change in findingChanges {
            let anomaly = AnomalyEntry(
                asset: asset.info, number: analysis.numberBefore &+ change.finding.number, epoch: epoch,
                sequence: sequence, isLate: isLate, change: change)
            batch.add(anomaly)
            // Analysed again after a restart: everybody knows already.
            guard !analysis.isTold(sequence, of: epoch) else { continue }
            counters.findings.add(1)
            watchAnomaly(asset, change, number: anomaly.number, isLate: isLate)
            note(
                anomaly.eventKind, anomaly.severity, site: asset.info.site, agent: asset.info.agent,
                asset: AssetWord(asset), occurredMs: anomaly.occurredMs, anomaly.message, detail: anomaly.detail)
        }
        findingChanges.removeAll(keepingCapacity: true)
    }
}

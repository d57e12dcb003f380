import Model

/// Runs as words of an archive. What is restored may be damaged: everything is bounded, and nothing traps.
extension ScenarioRun {
    private static let farthestNs: Int64 = 1 << 61
    private static let farthestMs: Int64 = 1 << 53

    mutating func visitState(_ archive: inout StateArchive, kind: String) {
        archive.visit(&id, longest: 64)
        archive.visit(&scenario.id, longest: 64)
        archive.visit(&scenario.title, longest: ScenarioLimits.longestTitle)
        scenario.kind = kind
        archive.visit(count: &scenario.parts, most: ScenarioLimits.mostParts) { ScenarioPart("") }
        for index in scenario.parts.indices { scenario.parts[index].visitState(&archive) }
        // What is expected of a run is not needed to go on with it.
        scenario.effects = []
        var place = Source.allCases.firstIndex(of: source) ?? 0
        archive.visit(&place)
        source = Source.allCases.indices.contains(place) ? Source.allCases[place] : .schedule
        archive.visit(&by, longest: ScenarioLimits.longestOperator)
        archive.visit(&startNs, in: 0...ScenarioRun.farthestNs)
        archive.visit(&acceptedMs, in: 0...ScenarioRun.farthestMs)
        archive.visit(&onsetMs, in: 0...ScenarioRun.farthestMs)
        archive.visit(&stoppedNs, in: 0...ScenarioRun.farthestNs)
        archive.visit(&stoppedMs, in: 0...ScenarioRun.farthestMs)
        var name = stoppedBy ?? ""
        archive.visit(&name, longest: ScenarioLimits.longestOperator)
        stoppedBy = name.isEmpty ? nil : name
    }
}

extension ScenarioPart {
    fileprivate mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&scenario, longest: 64)
        archive.visit(&severity)
        severity = severity.isFinite ? min(max(severity, 0), 1) : 0
        let longest = 0...2 * ScenarioLimits.longestMs
        archive.visit(&onsetMs, in: longest)
        archive.visit(&rampMs, in: longest)
        archive.visit(&durationMs, in: longest)
        archive.visit(&recoveryMs, in: longest)
    }
}

extension StateArchive {
    /// The count of a list, which then has so many elements.
    mutating func visit<Element>(count list: inout [Element], most: Int, _ blank: () -> Element) {
        var count = list.count
        visit(&count)
        count = min(max(count, 0), most)
        while list.count > count { list.removeLast() }
        while list.count < count { list.append(blank()) }
    }

    mutating func visit(_ value: inout Int64, in range: ClosedRange<Int64>) {
        var number = Int(value)
        visit(&number)
        value = min(max(Int64(number), range.lowerBound), range.upperBound)
    }

    mutating func visit(_ value: inout Int64?, in range: ClosedRange<Int64>) {
        var isThere = value != nil
        visit(&isThere)
        var number = value ?? 0
        visit(&number, in: range)
        value = isThere ? number : nil
    }

    mutating func visit(_ text: inout String, longest: Int) {
        var bytes = Array(text.utf8.prefix(longest))
        visit(count: &bytes, most: longest) { 0 }
        for start in stride(from: 0, to: bytes.count, by: 8) {
            let places = start..<min(start + 8, bytes.count)
            var word = places.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
            visit(&word)
            for place in places {
                bytes[place] = UInt8(truncatingIfNeeded: word)
                word >>= 8
            }
        }
        text = String(decoding: bytes, as: UTF8.self)
    }
}

import Model

/// Fair weather with a shower every few days, and what a scenario adds.
struct TailingsRain: Sendable {
    static let stepSeconds = 60.0
    private(set) var mmH = 0.0
    private(set) var last24hMm = 0.0
    private var showerMinutes = 0
    private var showerMmH = 0.0
    /// Rain of the last 24 hours by the hour; the current hour is filled up.
    private var hours: [24 of Double] = .init(repeating: 0)
    private var minute = 0
    private var random: SeededRandom
    /// Of its own, so that a scenario leaves the other showers where they are.
    private var heavyRandom: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed, stream: 3)
        heavyRandom = SeededRandom(seed: seed, stream: 4)
    }

    /// Once a minute; `heavy` 0...1 is the scenario's strength.
    mutating func step(heavy: Double) {
        if showerMinutes > 0 {
            showerMinutes -= 1
        } else if random.unit() < 1.0 / (3.5 * 1440) {
            // One to five hours; mostly light.
            showerMinutes = 60 + random.below(240)
            showerMmH = 0.4 + 3.2 * random.unit() * random.unit()
        }
        var intensity = 0.0
        if showerMinutes > 0 { intensity += showerMmH * (0.5 + random.unit()) }
        if heavy > 0 { intensity += 70 * heavy * (0.8 + 0.4 * heavyRandom.unit()) }
        mmH = (intensity * 100).rounded() / 100
        let hour = (minute / 60) % 24
        if minute % 60 == 0 { hours[hour] = 0 }
        hours[hour] += mmH / 60
        minute += 1
        var sum = 0.0
        for hour in 0..<24 { sum += hours[hour] }
        last24hMm = sum
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&mmH)
        archive.visit(&last24hMm)
        archive.visit(&showerMinutes)
        archive.visit(&showerMmH)
        for hour in 0..<24 { archive.visit(&hours[hour]) }
        archive.visit(&minute)
        // What was saved may have been damaged since.
        minute = max(minute, 0)
        showerMinutes = min(max(showerMinutes, 0), 10_000)
        archive.visit(&random)
        archive.visit(&heavyRandom)
    }
}

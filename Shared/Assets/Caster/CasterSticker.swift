import Model

/// A shell that sticks to the copper and tears at the meniscus: the tear travels down at 0.7 of the casting speed, and
/// each thermocouple row sees the hot steel behind it come and go. Prevention looks for just that: the upper row rises
/// fast, the lower one after it.
struct CasterSticker: Sendable {
    static let tearShare = 0.7
    /// A new tear every so often as long as the cause lasts.
    private static let repeatSeconds = 150.0
    private static let rateAlarmKPerS = 2.2

    /// Below the meniscus in m; negative when there is none.
    private(set) var tearM = -1.0
    private(set) var isAlarm = false
    private var strength = 0.0
    private var sinceTear = CasterSticker.repeatSeconds
    private var upperBefore = 0.0
    private var upperSeen = 1e9
    private var alarmSeconds = 0.0

    /// One fast step.
    mutating func step(seconds: Double, level: Double, speedMPerMin: Double) {
        sinceTear += seconds
        if level > 0, tearM < 0, sinceTear >= CasterSticker.repeatSeconds {
            tearM = 0
            strength = level
            sinceTear = 0
        }
        guard tearM >= 0 else { return }
        tearM += speedMPerMin / 60 * CasterSticker.tearShare * seconds
        if tearM > CasterCooling.mouldLengthM { tearM = -1 }
    }

    /// Kelvin that a row at a depth sees on top: a steep rise as the tear arrives, a slower fall behind it, then less
    /// than usual where the shell has healed thick.
    func excessK(rowM: Double) -> Double {
        guard tearM >= 0 else { return 0 }
        let distance = tearM - rowM
        let width = distance < 0 ? 0.025 : 0.07
        let scaled = distance / width
        guard abs(scaled) < 4 else { return 0 }
        return 55 * strength * Maths.exp(-scaled * scaled)
    }

    /// Once a second, from the copper temperatures.
    mutating func watch(upperC: Double, lowerRiseK: Double) {
        let rate = upperC - upperBefore
        upperBefore = upperC
        upperSeen = rate > CasterSticker.rateAlarmKPerS && rate < 100 ? 0 : upperSeen + 1
        if upperSeen < 40, lowerRiseK > 12 { alarmSeconds = 90 }
        alarmSeconds = max(alarmSeconds - 1, 0)
        isAlarm = alarmSeconds > 0
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&tearM)
        archive.visit(&isAlarm)
        archive.visit(&strength)
        archive.visit(&sinceTear)
        archive.visit(&upperBefore)
        archive.visit(&upperSeen)
        archive.visit(&alarmSeconds)
    }
}

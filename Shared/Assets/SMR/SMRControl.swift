import Model

/// Rods and boron. The regulating bank holds the mean coolant temperature, the reactor's negative feedback does the
/// rest: it follows the heat that is taken from it. A scram drops both banks; boron follows slow changes.
struct SMRControl: Sendable {
    private static let regulatingPcmPerPercent = 30.0
    private static let shutdownPcmPerPercent = 50.0
    private static let boronPcmPerPpm = -10.0
    static let restPercent = 85.0
    static let restPpm = 800.0

    private(set) var regulatingPercent = SMRControl.restPercent
    private(set) var shutdownPercent = 100.0
    private(set) var boronPpm = SMRControl.restPpm

    /// Reactivity against the resting state.
    var reactivity: Double {
        (SMRControl.regulatingPcmPerPercent * (regulatingPercent - SMRControl.restPercent)
            + SMRControl.shutdownPcmPerPercent * (shutdownPercent - 100)
            + SMRControl.boronPcmPerPpm * (boronPpm - SMRControl.restPpm)) * 1e-5
    }

    /// One step. `excessK`: mean coolant temperature above its programme; `isBlocked`: no rod may be withdrawn now.
    mutating func step(seconds: Double, excessK: Double, isScrammed: Bool, isBlocked: Bool) {
        guard !isScrammed else {
            regulatingPercent = max(regulatingPercent - 50 * seconds, 0)
            shutdownPercent = max(shutdownPercent - 50 * seconds, 0)
            return
        }
        guard shutdownPercent >= 100 else {
            if !isBlocked { shutdownPercent = min(shutdownPercent + 0.5 * seconds, 100) }
            return
        }
        let beyond = excessK > 0.6 ? excessK - 0.6 : excessK < -0.6 ? excessK + 0.6 : 0
        let speed = min(max(-0.05 * beyond, -0.3), isBlocked ? 0 : 0.2)
        regulatingPercent = min(max(regulatingPercent + speed * seconds, 0), 100)
        // Dilute when the bank is nearly out, borate when it is far in.
        if regulatingPercent > 93 { boronPpm = max(boronPpm - 0.01 * seconds, 0) }
        if regulatingPercent < 68 { boronPpm = min(boronPpm + 0.01 * seconds, 2500) }
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&regulatingPercent)
        archive.visit(&shutdownPercent)
        archive.visit(&boronPpm)
    }
}

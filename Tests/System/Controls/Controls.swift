import Glibc
import Runtime
import TestSupport
import Testing

extension SystemTests {
    /// Every guard matters: a scenario that leaves nothing lost on the shipped programs loses something on the same
    /// programs with one guard broken. A fault test that could not fail would prove nothing.
    @Suite("Controls", .serialized, .timeLimit(.minutes(5)))
    enum Controls {
        /// On which programs the scenario runs.
        enum Programming: CaseIterable, Sendable {
            /// As they are shipped.
            case sound
            /// Built for debugging, with the guard broken.
            case broken

            /// Breaks the guard, if this is the broken one.
            func apply(_ guardName: Sabotage, to settings: inout AgentUnit.Settings) {
                guard self == .broken else { return }
                settings.programs = Programs.debug
                settings.environment["BELLWETHER_SABOTAGE"] = guardName.rawValue
            }

            func apply(_ guardName: Sabotage, to settings: inout CollectorUnit.Settings) {
                guard self == .broken else { return }
                settings.programs = Programs.debug
                settings.environment["BELLWETHER_SABOTAGE"] = guardName.rawValue
            }
        }

        /// Waits until all has arrived that will, and judges by the tests' own account and by the product's audit:
        /// both must find everything with the guard, and both must find a loss without.
        static func judge(_ plant: Plant, _ programs: Programming, _ comment: String = "") throws {
            switch programs {
            case .sound: try plant.drainAndStop()
            case .broken: try plant.stopWithoutRest { _ in sleep(2) }
            }
            let audit = try ProductAudit(plant)
            for finding in try plant.findings() {
                let text = Comment(rawValue: "\(comment) \(programs): \(finding)\n\(audit)")
                #expect(finding.made > 40, text)
                switch programs {
                case .sound:
                    #expect(finding.isWhole() && finding.stored == finding.made, text)
                    #expect(audit.isComplete, text)
                case .broken:
                    #expect(finding.hasLoss && !finding.isWhole(), text)
                    #expect(audit.exit == .code(1) && !audit.isComplete, text)
                }
            }
        }
    }
}

import Glibc
import Testing

@testable import Runtime

struct SabotageTests {
    @Test func nothingIsBrokenByDefault() {
        for guardName in Sabotage.allCases { #expect(!Sabotage.isOn(guardName)) }
    }

    #if SABOTAGE
        @Test func readsNames() {
            #expect(Sabotage.parse("") == [])
            #expect(Sabotage.parse("no-epoch,unknown,,die-after-commit") == [.noEpoch, .dieAfterCommit])
        }

        @Test func isReadFromTheEnvironment() async {
            await #expect(processExitsWith: .success) {
                setenv("BELLWETHER_SABOTAGE", "synchronous-normal", 1)
                exit(Sabotage.isOn(.synchronousNormal) && !Sabotage.isOn(.noEpoch) ? 0 : 1)
            }
        }
    #endif
}

import Testing

@testable import Ingest

/// Two collectors under one host id: agents must see one host that is there, not two that outbid each other.
@Suite struct HostTwinTests {
    /// Online since 1 s by its own clock, at 1000 s by the wall.
    private func online() -> HostMachine {
        var machine = HostMachine(wallAheadMs: 999_000)
        _ = machine.become(.serve, nowMs: 1_000)
        #expect(machine.tick(nowMs: 1_000) == .connect(timestampMs: 1_000_000))
        _ = machine.connected(nowMs: 1_000)
        #expect(machine.subscribed() == .announce(timestampMs: 1_000_000))
        return machine
    }

    @Test func aTwinThatIsOnlineIsLeftAlone() {
        var machine = online()
        #expect(machine.ownState(online: true, timestampMs: 1_000_500, nowMs: 1_500) == nil)
        #expect(machine.isOnline)
    }

    @Test func aTwinThatGoesIsReplacedWithANewerTimeStamp() {
        var machine = online()
        _ = machine.ownState(online: true, timestampMs: 5_000_000, nowMs: 1_500)
        #expect(machine.ownState(online: false, timestampMs: 5_000_000, nowMs: 2_000) == .abandon)
        #expect(machine.tick(nowMs: 2_000) == .connect(timestampMs: 5_000_001))
    }

    @Test func anOfflineThatIsOlderIsContradicted() {
        var machine = online()
        #expect(
            machine.ownState(online: false, timestampMs: 900_000, nowMs: 2_000) == .announce(timestampMs: 1_000_000))
    }

    @Test func goingOfflineOutbidsTheTwin() {
        var machine = online()
        _ = machine.ownState(online: true, timestampMs: 5_000_000, nowMs: 1_500)
        #expect(machine.become(.cannotCommit, nowMs: 2_000) == .withdraw(timestampMs: 5_000_001))
    }
}

import Testing

@testable import AgentCore

@Suite struct SessionMachineTests {
    private func machine(host: String? = "bellwether") -> SessionMachine { SessionMachine(primaryHost: host, nowMs: 0) }

    /// Connected and subscribed, nothing heard from the host yet.
    private func waiting() -> SessionMachine {
        var session = machine()
        _ = session.tick(nowMs: 0)
        _ = session.connected(nowMs: 10)
        _ = session.subscribed(nowMs: 20)
        return session
    }

    private func born(atMs: Int64 = 30, timestampMs: Int64 = 100) -> SessionMachine {
        var session = waiting()
        _ = session.hostState(online: true, timestampMs: timestampMs, nowMs: atMs)
        return session
    }

    @Test func connectsSubscribesWaitsAndIsBorn() {
        var session = machine()
        #expect(session.tick(nowMs: 0) == .connect)
        #expect(session.connected(nowMs: 10) == .subscribe)
        #expect(session.subscribed(nowMs: 20) == nil)
        #expect(session.state == .waitingForHost)
        #expect(session.hostState(online: true, timestampMs: 100, nowMs: 30) == .birth)
        #expect(session.isBorn)
    }

    @Test func aRetainedStateMayComeBeforeTheSubscriptionIsConfirmed() {
        var session = machine()
        _ = session.tick(nowMs: 0)
        _ = session.connected(nowMs: 10)
        #expect(session.hostState(online: true, timestampMs: 100, nowMs: 15) == nil)
        #expect(session.subscribed(nowMs: 20) == .birth)
    }

    @Test func withoutAPrimaryHostTheBirthDoesNotWait() {
        var session = machine(host: nil)
        _ = session.tick(nowMs: 0)
        _ = session.connected(nowMs: 10)
        #expect(session.subscribed(nowMs: 20) == .birth)
    }

    @Test func offlineEndsTheSessionUnlessItIsOlder() {
        var session = born(timestampMs: 100)
        #expect(session.hostState(online: false, timestampMs: 99, nowMs: 40) == nil)
        #expect(session.isBorn)
        #expect(session.hostState(online: false, timestampMs: 100, nowMs: 50) == .sayGoodbye)
    }

    @Test func anOlderOnlineDoesNotCount() {
        var session = born(timestampMs: 100)
        _ = session.hostState(online: false, timestampMs: 200, nowMs: 40)
        session.disconnected(retryAtMs: 50)
        _ = session.tick(nowMs: 50)
        _ = session.connected(nowMs: 60)
        _ = session.subscribed(nowMs: 70)
        #expect(session.hostState(online: true, timestampMs: 150, nowMs: 80) == nil)
        #expect(session.state == .waitingForHost)
        #expect(session.hostState(online: true, timestampMs: 200, nowMs: 90) == .birth)
    }

    @Test func whatWasOnlineBeforeTheConnectionDoesNotCount() {
        var session = born()
        session.disconnected(retryAtMs: 40)
        _ = session.tick(nowMs: 40)
        _ = session.connected(nowMs: 50)
        #expect(session.subscribed(nowMs: 60) == nil)
    }

    @Test func rebirthIsAnsweredAtOnceOrWhenItIsDue() {
        var session = born(atMs: 1_000)
        #expect(session.rebirthRequested(nowMs: 1_200) == nil)
        #expect(!session.isBorn)
        #expect(session.rebirthRequested(nowMs: 1_300) == nil)
        #expect(session.deadlineMs == 2_000)
        #expect(session.tick(nowMs: 2_000) == .birth)
        #expect(session.rebirthRequested(nowMs: 3_000) == .birth)
    }

    @Test func nothingIsRebornBeforeItIsBorn() {
        var session = waiting()
        #expect(session.rebirthRequested(nowMs: 5_000) == nil)
        #expect(session.state == .waitingForHost)
    }

    @Test(arguments: [0, 1])
    func whatDoesNotComeUpInTimeIsAbandoned(stage: Int) {
        var session = machine()
        _ = session.tick(nowMs: 0)
        if stage == 1 { _ = session.connected(nowMs: 0) }
        #expect(session.tick(nowMs: 9_999) == nil)
        #expect(session.tick(nowMs: 10_000) == .abandon)
        session.disconnected(retryAtMs: 11_000)
        #expect(session.tick(nowMs: 10_500) == nil)
        #expect(session.tick(nowMs: 11_000) == .connect)
    }

    @Test func stoppingSaysGoodbyeOnlyWhenBorn() {
        var first = born()
        #expect(first.stop() == .sayGoodbye)
        var second = waiting()
        #expect(second.stop() == .abandon)
        var third = machine()
        #expect(third.stop() == nil)
        third.disconnected(retryAtMs: 0)
        #expect(third.tick(nowMs: 100) == nil)
    }
}

import Model
import TestSupport
import Testing

@testable import Ingest

/// The collector's session as a host: every state against every event, and random histories against what agents need.
@Suite struct HostMachineTests {
    private enum Event: CaseIterable {
        case serve, standBy, cannotCommit, tick, connected, subscribed, disconnected, stop
    }

    private static func apply(_ event: Event, _ machine: inout HostMachine, _ nowMs: Int64) -> HostMachine.Action? {
        switch event {
        case .serve: machine.become(.serve, nowMs: nowMs)
        case .standBy: machine.become(.standBy, nowMs: nowMs)
        case .cannotCommit: machine.become(.cannotCommit, nowMs: nowMs)
        case .tick: machine.tick(nowMs: nowMs)
        case .connected: machine.connected(nowMs: nowMs)
        case .subscribed: machine.subscribed()
        case .disconnected:
            {
                machine.disconnected(retryAtMs: nowMs + 100); return nil
            }()
        case .stop: machine.stop(nowMs: nowMs)
        }
    }

    private static func machine(_ state: String) -> HostMachine {
        var machine = HostMachine()
        let path: [Event] =
            switch state {
            case "resting": []
            case "idle": [.serve]
            case "connecting": [.serve, .tick]
            case "subscribing": [.serve, .tick, .connected]
            case "online": [.serve, .tick, .connected, .subscribed]
            default: [.stop]
            }
        for event in path { _ = apply(event, &machine, 1_000) }
        return machine
    }

    /// State × event at 2000 ms: the action, and the state after it. Time stamps: 1000 of the connection, then rising.
    private static let table: [(state: String, actions: [HostMachine.Action?])] = [
        ("resting", [nil, nil, nil, nil, nil, nil, nil, nil]),
        ("idle", [nil, nil, nil, .connect(timestampMs: 2_000), nil, nil, nil, nil]),
        ("connecting", [nil, .abandon, .abandon, nil, .subscribe, nil, nil, .abandon]),
        ("subscribing", [nil, .slipAway, .abandon, nil, nil, .announce(timestampMs: 1_000), nil, .abandon]),
        (
            "online",
            [nil, .slipAway, .withdraw(timestampMs: 2_000), nil, nil, nil, nil, .withdraw(timestampMs: 2_000)]
        ),
        ("stopped", [nil, nil, nil, nil, nil, nil, nil, nil]),
    ]

    @Test(arguments: table)
    func everyEventInEveryState(state: String, actions: [HostMachine.Action?]) {
        for (event, expected) in zip(Event.allCases, actions) {
            var machine = HostMachineTests.machine(state)
            let action = HostMachineTests.apply(event, &machine, 2_000)
            #expect(action == expected, "\(event) while \(state)")
            switch (state, event) {
            case ("stopped", _), (_, .stop): #expect(machine.state == .stopped)
            case (_, .standBy), (_, .cannotCommit): #expect(machine.state == .resting, "\(event) while \(state)")
            case ("resting", .disconnected): #expect(machine.state == .resting)
            case (_, .disconnected): #expect(machine.state == .idle(retryAtMs: 2_100))
            default: break
            }
        }
    }

    @Test func whatDoesNotComeUpInTimeIsAbandoned() {
        for state in ["connecting", "subscribing"] {
            var machine = HostMachineTests.machine(state)
            #expect(machine.deadlineMs == 11_000)
            #expect(machine.tick(nowMs: 10_999) == nil)
            #expect(machine.tick(nowMs: 11_000) == .abandon)
        }
    }

    @Test func birthAndWillOfAConnectionHaveOneTimeStamp() {
        var machine = HostMachineTests.machine("idle")
        guard case .connect(let will)? = machine.tick(nowMs: 5_000) else {
            Issue.record("no connection is made")
            return
        }
        _ = machine.connected(nowMs: 6_000)
        #expect(machine.subscribed() == .announce(timestampMs: will))
    }

    /// A forged or foreign time stamp of the far future is outbid by a new connection; beyond year 9999 none can be.
    private static let outbids: [(Int64, Int64)] = [
        (1_001, 1_002), (253_402_300_799_000, 253_402_300_799_001), (.max, 253_402_300_799_001),
    ]

    @Test(arguments: outbids)
    func aNewerOfflineIsOutbid(seen: Int64, next: Int64) {
        var machine = HostMachineTests.machine("online")
        #expect(machine.ownState(online: false, timestampMs: seen, nowMs: 1_000) == .abandon)
        machine.disconnected(retryAtMs: 1_000)
        #expect(machine.tick(nowMs: 1_000) == .connect(timestampMs: next))
    }

    @Test func ourOwnEchoIsNoNews() {
        var machine = HostMachineTests.machine("online")
        #expect(machine.ownState(online: true, timestampMs: 1_000, nowMs: 1_500) == nil)
        #expect(machine.isOnline)
    }

    @Test func aStateThatWasLeftBehindIsOutbidBeforeGoingOnline() {
        var machine = HostMachineTests.machine("subscribing")
        #expect(machine.ownState(online: true, timestampMs: 9_000, nowMs: 1_500) == .abandon)
        #expect(machine.tick(nowMs: 1_500) == .connect(timestampMs: 9_001))
    }

    /// A collector that was suspended, or whose upkeep hangs, does not go on being online.
    @Test(arguments: ["idle", "connecting", "subscribing", "online"])
    func aDutyThatIsNotRenewedEnds(state: String) {
        var machine = HostMachineTests.machine(state)
        _ = machine.become(.serve, nowMs: 2_000, untilMs: 8_000)
        #expect((machine.deadlineMs ?? .max) <= 8_000)
        // Renewed in time it lasts.
        _ = machine.become(.serve, nowMs: 3_000, untilMs: 9_000)
        let actions: [String: HostMachine.Action] = [
            "connecting": .abandon, "subscribing": .abandon, "online": .withdraw(timestampMs: 9_000),
        ]
        #expect(machine.tick(nowMs: 9_000) == actions[state])
        #expect(machine.state == .resting && machine.deadlineMs == nil)
        // The next word brings it back.
        _ = machine.become(.serve, nowMs: 9_500, untilMs: 15_000)
        #expect(machine.tick(nowMs: 9_500) == .connect(timestampMs: 9_500))
    }

    @Test func aClockThatIsSetBackChangesNothing() {
        var machine = HostMachine(newestMs: 50_000)
        _ = machine.become(.serve, nowMs: 10)
        #expect(machine.tick(nowMs: 10) == .connect(timestampMs: 50_001))
    }

    /// Whatever happens: what it sends has rising time stamps (its birth repeats its will's), it announces itself only
    /// while it may serve, and from every state it comes online again when it may and the broker answers.
    @Test(arguments: Seeds.list())
    func randomHistories(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var machine = HostMachine()
        var nowMs: Int64 = 1_000
        var duty = HostDuty.cannotCommit
        var newest: Int64 = 0
        var isStopped = false
        func check(_ action: HostMachine.Action?) {
            switch action {
            case .connect(let stamp)?:
                #expect(stamp > newest, "\(replayHint(seed))")
                newest = stamp
            case .announce(let stamp)?:
                #expect(duty == .serve && stamp == machine.timestampMs, "\(replayHint(seed))")
            case .withdraw(let stamp)?:
                #expect(stamp > newest, "\(replayHint(seed))")
                newest = stamp
            case .subscribe?, .slipAway?, .abandon?, nil: break
            }
            #expect(!machine.isOnline || duty == .serve, "\(replayHint(seed))")
        }
        for _ in 0..<3_000 {
            nowMs += Int64(random.below(3_000))
            switch random.below(10) {
            case 0:
                duty = .serve
                check(machine.become(.serve, nowMs: nowMs))
            case 1:
                let action = machine.become(.standBy, nowMs: nowMs)
                duty = .standBy
                check(action)
            case 2:
                let action = machine.become(.cannotCommit, nowMs: nowMs)
                duty = .cannotCommit
                check(action)
            case 3: check(machine.connected(nowMs: nowMs))
            case 4: check(machine.subscribed())
            case 5: machine.disconnected(retryAtMs: nowMs + Int64(random.below(2_000)))
            case 6:
                let seen = random.below(4) == 0 ? newest + Int64(random.below(100_000)) : Int64(random.below(100_000))
                check(machine.ownState(online: random.below(2) == 0, timestampMs: seen, nowMs: nowMs))
            case 7 where random.below(400) == 0 && !isStopped:
                check(machine.stop(nowMs: nowMs))
                isStopped = true
            default: check(machine.tick(nowMs: nowMs))
            }
        }
        guard !isStopped else { return #expect(machine.state == .stopped) }
        duty = .serve
        check(machine.become(.serve, nowMs: nowMs))
        for _ in 0..<10 where !machine.isOnline {
            nowMs += 20_000
            if let action = machine.tick(nowMs: nowMs), action == .abandon { machine.disconnected(retryAtMs: nowMs) }
            check(machine.connected(nowMs: nowMs))
            check(machine.subscribed())
        }
        #expect(machine.isOnline, "\(replayHint(seed))")
    }
}

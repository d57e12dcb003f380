import Analytics
import Model
import TestSupport
import Testing

/// The states of an alarm: by the table of ISA-18.2, and by random histories against another way of saying it.
@Suite(.timeLimit(.minutes(2)))
struct AlarmMachineTests {
    private static let hourMs: Int64 = 3_600_000

    /// What leads to each state.
    private static func record(_ state: AlarmState) throws -> AlarmRecord {
        var record = AlarmRecord()
        record.isLatching = state == .latchedUnacknowledged || state == .latchedAcknowledged
        let events: [AlarmEvent] =
            switch state {
            case .normal: []
            case .unacknowledged: [.raised]
            case .acknowledged: [.raised, .acknowledged]
            case .returnedUnacknowledged, .latchedUnacknowledged: [.raised, .cleared]
            case .latchedAcknowledged: [.raised, .acknowledged, .cleared]
            case .shelved: [.raised, .shelved(untilMs: 1_000 + hourMs)]
            case .suppressed: [.raised, .suppressed]
            case .outOfService: [.raised, .removedFromService]
            }
        for event in events { _ = try record.take(event, nowMs: 1_000) }
        #expect(record.state == state)
        return record
    }

    /// From, event, to; nil: it is refused. What is not in the table changes nothing.
    @Test(
        arguments: [
            (.normal, .raised, .unacknowledged), (.unacknowledged, .acknowledged, .acknowledged),
            (.unacknowledged, .cleared, .returnedUnacknowledged), (.acknowledged, .cleared, .normal),
            (.returnedUnacknowledged, .acknowledged, .normal), (.returnedUnacknowledged, .raised, .unacknowledged),
            (.acknowledged, .reAlarmed, .unacknowledged), (.unacknowledged, .raised, .unacknowledged),
            (.normal, .cleared, .normal), (.normal, .acknowledged, nil), (.acknowledged, .acknowledged, nil),
            (.shelved, .acknowledged, nil), (.suppressed, .acknowledged, nil), (.outOfService, .acknowledged, nil),
            (.latchedUnacknowledged, .acknowledged, .latchedAcknowledged),
            (.latchedUnacknowledged, .raised, .unacknowledged), (.latchedAcknowledged, .raised, .unacknowledged),
            (.latchedAcknowledged, .reset, .normal), (.latchedUnacknowledged, .reset, nil),
            (.acknowledged, .reset, nil), (.normal, .reset, nil),
            (.unacknowledged, .shelved(untilMs: 1_000 + hourMs), .shelved),
            (.unacknowledged, .shelved(untilMs: 1_000 + 8 * hourMs), .shelved),
            (.unacknowledged, .shelved(untilMs: 1_001 + 8 * hourMs), nil),
            (.unacknowledged, .shelved(untilMs: 1_000), nil), (.shelved, .shelved(untilMs: 2_000), nil),
            (.outOfService, .shelved(untilMs: 2_000), nil), (.normal, .shelved(untilMs: 2_000), .shelved),
            (.shelved, .unshelved, .unacknowledged), (.normal, .unshelved, nil),
            (.shelved, .shelfExpired, .shelved), (.unacknowledged, .suppressed, .suppressed),
            (.suppressed, .suppressed, nil), (.suppressed, .unsuppressed, .unacknowledged),
            (.normal, .unsuppressed, nil), (.acknowledged, .suppressedByDesign, .suppressed),
            (.shelved, .removedFromService, .outOfService), (.outOfService, .removedFromService, nil),
            (.outOfService, .returnedToService, .unacknowledged), (.normal, .returnedToService, nil),
            (.acknowledged, .commented, .acknowledged), (.normal, .commented, .normal),
            (.shelved, .cleared, .shelved), (.suppressed, .cleared, .suppressed),
        ] as [(AlarmState, AlarmEvent, AlarmState?)])
    func table(from: AlarmState, event: AlarmEvent, to: AlarmState?) throws {
        var record = try AlarmMachineTests.record(from)
        let before = record
        do throws(AlarmRecord.Refusal) {
            let step = try record.take(event, nowMs: 1_000)
            #expect(record.state == to)
            if let step {
                #expect(step.before == from && step.after == record.state)
            } else {
                #expect(record == before, "nothing was said to have changed")
            }
        } catch {
            #expect(to == nil, "\(error)")
            #expect(record == before, "what is refused changes nothing")
        }
    }

    @Test func unshelvedIsShownAnewOnlyIfItIsTrue() throws {
        var record = try AlarmMachineTests.record(.shelved)
        _ = try record.take(.cleared, nowMs: 2_000)
        #expect(try record.take(.shelfExpired, nowMs: 1_000 + AlarmMachineTests.hourMs)?.isCall == false)
        #expect(record.state == .normal)
        record = try AlarmMachineTests.record(.shelved)
        #expect(try record.take(.shelfExpired, nowMs: 999 + AlarmMachineTests.hourMs) == nil, "too early")
        #expect(try record.take(.shelfExpired, nowMs: 1_000 + AlarmMachineTests.hourMs)?.isCall == true)
        #expect(record.state == .unacknowledged)
    }

    /// Every covering lies over the others; the truth below goes on.
    @Test(arguments: Seeds.list()) func randomHistories(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var record = AlarmRecord()
        record.isLatching = random.below(2) == 0
        var model = Model(isLatching: record.isLatching)
        var nowMs: Int64 = 1_000
        for _ in 0..<400 {
            nowMs += Int64(random.below(4)) * 900_000
            let events: [AlarmEvent] = [
                .raised, .raised, .cleared, .cleared, .acknowledged, .acknowledged, .reset, .shelfExpired, .unshelved,
                .suppressed, .unsuppressed, .suppressedByDesign, .unsuppressedByDesign, .removedFromService,
                .returnedToService, .commented, .reAlarmed,
                .shelved(untilMs: nowMs + Int64(random.below(12)) * 3_600_000),
            ]
            let event = events[random.below(events.count)]
            let before = record
            let isAllowed = model.take(event, nowMs)
            do throws(AlarmRecord.Refusal) {
                _ = try record.take(event, nowMs: nowMs)
                #expect(isAllowed, "\(event) at \(before.state)")
            } catch {
                #expect(!isAllowed, "\(event) at \(before.state): \(error)")
                #expect(record == before)
            }
            #expect(record.state == model.state, "after \(event) at \(before.state)")
        }
    }

    /// The same, said in another way: what is visible is a word, and what hides it a set.
    private struct Model {
        let isLatching: Bool
        var isTrue = false
        var visible = "normal"
        var covers: Set<String> = []
        var shelfEnds: Int64 = 0
        var heldLatch = false

        var state: AlarmState {
            if covers.contains("service") { return .outOfService }
            if covers.contains("design") || covers.contains("person") { return .suppressed }
            if covers.contains("shelf") { return .shelved }
            return AlarmState(rawValue: visible) ?? .normal
        }

        mutating func lift(_ cover: String) {
            covers.remove(cover)
            if covers.isEmpty { visible = isTrue ? "unacknowledged" : heldLatch ? "latched_unacknowledged" : "normal" }
        }

        /// False if it is refused.
        mutating func take(_ event: AlarmEvent, _ nowMs: Int64) -> Bool {
            switch event {
            case .raised:
                if isTrue { return true }
                isTrue = true
                heldLatch = heldLatch || isLatching
                if covers.isEmpty { visible = "unacknowledged" }
            case .cleared:
                if !isTrue { return true }
                isTrue = false
                guard covers.isEmpty else { return true }
                switch (visible, heldLatch) {
                case ("unacknowledged", false): visible = "returned_unacknowledged"
                case ("unacknowledged", true): visible = "latched_unacknowledged"
                case ("acknowledged", true): visible = "latched_acknowledged"
                default: visible = "normal"
                }
            case .acknowledged:
                guard covers.isEmpty else { return false }
                switch visible {
                case "unacknowledged": visible = "acknowledged"
                case "returned_unacknowledged": visible = "normal"
                case "latched_unacknowledged": visible = "latched_acknowledged"
                default: return false
                }
            case .reset:
                guard covers.isEmpty, visible == "latched_acknowledged" else { return false }
                visible = "normal"
                heldLatch = false
            case .reAlarmed: if covers.isEmpty, visible == "acknowledged" { visible = "unacknowledged" }
            case .shelved(let untilMs):
                guard covers.isEmpty, untilMs > nowMs, untilMs <= nowMs + 8 * 3_600_000 else { return false }
                covers.insert("shelf")
                shelfEnds = untilMs
            case .unshelved:
                guard covers.contains("shelf") else { return false }
                lift("shelf")
            case .shelfExpired: if covers.contains("shelf"), shelfEnds <= nowMs { lift("shelf") }
            case .suppressed: return covers.insert("person").inserted
            case .unsuppressed:
                guard covers.contains("person") else { return false }
                lift("person")
            case .suppressedByDesign: covers.insert("design")
            case .unsuppressedByDesign: if covers.contains("design") { lift("design") }
            case .removedFromService: return covers.insert("service").inserted
            case .returnedToService:
                guard covers.contains("service") else { return false }
                lift("service")
            case .commented: break
            }
            return true
        }
    }
}

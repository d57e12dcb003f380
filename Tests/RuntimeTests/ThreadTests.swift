import Glibc
import Model
import Runtime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ThreadTests {
    @Test func threadRunsAndIsJoined() async throws {
        let ran = Locked(0)
        try await offPool {
            let thread = try NamedThread.start(name: "a name far too long for the kernel") {
                ran.withLock { $0 += 1 }
            }
            thread.join()
            thread.join()
            #expect(thread.join(timeoutMs: 0))
        }
        #expect(ran.withLock { $0 } == 1)
    }

    @Test func threadHasItsNameAndStack() async throws {
        let name = Locked("")
        try await offPool {
            try NamedThread.start(name: "mqtt") {
                let text = try? Files.read("/proc/thread-self/comm", maxBytes: 100)
                // 300 kB of stack must fit into the default.
                let sum = withUnsafeTemporaryAllocation(byteCount: 300 * 1024, alignment: 16) { buffer in
                    buffer.initializeMemory(as: UInt8.self, repeating: 1)
                    return buffer.reduce(0) { $0 + Int($1) }
                }
                name.withLock { $0 = String(decoding: text ?? [], as: UTF8.self) + "\(sum)" }
            }.join()
        }
        #expect(name.withLock { $0 } == "mqtt\n307200")
    }

    @Test func joinGivesUpOnAThreadThatDoesNotEnd() async throws {
        let gate = Mailbox<Int>(capacity: 1)
        try await offPool {
            let thread = try NamedThread.start(name: "stuck") { _ = gate.takeAll(timeoutMs: 60_000) }
            #expect(!thread.join(timeoutMs: 20))
            gate.close()
            #expect(thread.join(timeoutMs: 60_000))
        }
    }

    @Test func joinOnItselfReturns() async throws {
        let threads = Mailbox<NamedThread>(capacity: 1)
        let results = Mailbox<Bool>(capacity: 1)
        let outcome = try await offPool {
            let thread = try NamedThread.start(name: "self") {
                let own = threads.takeAll(timeoutMs: 60_000)[0]
                _ = results.offer(own.join(timeoutMs: 60_000), cost: 1)
            }
            _ = threads.offer(thread, cost: 1)
            return results.takeAll(timeoutMs: 60_000)
        }
        #expect(outcome == [false])
    }

    @Test func wakeUpIsReadableFromSignalToClear() throws {
        let wake = try WakeUp()
        func isReadable() -> Bool {
            var item = pollfd(fd: wake.fd, events: Int16(POLLIN), revents: 0)
            return poll(&item, 1, 0) == 1
        }
        #expect(!isReadable())
        #expect(!wake.clear())
        wake.signal()
        wake.signal()
        #expect(isReadable())
        #expect(wake.clear())
        #expect(!isReadable())
    }

    @Test func lockedValueIsReleasedWhenTheBodyThrows() {
        struct Refused: Error {}
        let value = Locked(1)
        #expect(throws: Refused.self) {
            try value.withLock { (value: inout Int) throws(Refused) in
                value = 2
                throw Refused()
            }
        }
        #expect(value.withLock { $0 } == 2)
    }
}

@Suite(.timeLimit(.minutes(10)))
struct MailboxTests {
    @Test func keepsOrderAndBound() {
        let box = Mailbox<Int>(capacity: 10)
        #expect(box.offer(1, cost: 4))
        #expect(box.offer(2, cost: 6))
        #expect(!box.offer(3, cost: 1))
        #expect(box.offer(4, cost: 0))
        #expect(box.cost == 10)
        #expect(box.takeAll(timeoutMs: 0) == [1, 2, 4])
        #expect(box.cost == 0)
        #expect(box.takeAll(timeoutMs: 0) == [])
        #expect(box.takeAll(timeoutMs: -5) == [])
        #expect(box.takeAll(timeoutMs: 5) == [])
    }

    @Test func acceptsOneElementAboveTheBoundAlone() {
        let box = Mailbox<Int>(capacity: 10)
        #expect(box.offer(1, cost: .max))
        #expect(!box.offer(2, cost: 1))
        #expect(!box.offer(3, cost: .max))
        #expect(box.takeAll(timeoutMs: 0) == [1])
        #expect(box.offer(2, cost: 1))
        #expect(box.offer(3, cost: -7))
        #expect(box.cost == 1)
    }

    @Test func closedGivesOutWhatIsLeft() {
        let box = Mailbox<Int>(capacity: 10)
        #expect(box.offer(1, cost: 1))
        #expect(!box.isClosed && !box.isFinished)
        box.close()
        box.close()
        #expect(!box.offer(2, cost: 1))
        #expect(box.isClosed && !box.isFinished)
        #expect(box.takeAll(timeoutMs: 60_000) == [1])
        #expect(box.isFinished)
        #expect(box.takeAll(timeoutMs: 60_000) == [])
    }

    @Test func signalsTheFirstElementAndTheEnd() throws {
        let wake = try WakeUp()
        let box = Mailbox<Int>(capacity: 2, onOffer: wake)
        #expect(box.offer(1, cost: 1))
        #expect(wake.clear())
        #expect(box.offer(2, cost: 1))
        #expect(!wake.clear(), "the receiver has not taken the first yet")
        #expect(box.takeAll(timeoutMs: 0) == [1, 2])
        #expect(box.offer(3, cost: 1))
        #expect(wake.clear())
        box.close()
        #expect(wake.clear())
    }

    /// Several senders, one receiver, a small bound: everything accepted arrives once and in its sender's order.
    @Test(arguments: [1, 64, 100_000]) func losesAndDoublesNothing(capacity: Int) async throws {
        let (senders, perSender) = (4, 20_000)
        let box = Mailbox<(sender: Int, number: Int)>(capacity: capacity)
        let accepted = Locked(Array(repeating: [Int](), count: senders))
        let received = try await offPool {
            let threads = try (0..<senders).map { sender in
                try NamedThread.start(name: "sender \(sender)") {
                    var random = SeededRandom(seed: 7, stream: UInt64(sender))
                    var mine: [Int] = []
                    for number in 0..<perSender
                    where box.offer((sender, number), cost: random.below(3)) {
                        mine.append(number)
                    }
                    accepted.withLock { $0[sender] = mine }
                }
            }
            let closer = try NamedThread.start(name: "closer") {
                for thread in threads { thread.join() }
                box.close()
            }
            var received = Array(repeating: [Int](), count: senders)
            while !box.isFinished {
                for (sender, number) in box.takeAll(timeoutMs: 1000) { received[sender].append(number) }
            }
            closer.join()
            return received
        }
        #expect(received == accepted.withLock { $0 })
    }
}

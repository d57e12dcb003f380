/// A bounded hand-off of batches from any number of threads to one.
///
/// The bound is in cost, which the sender states: bytes, where memory is what must stay bounded. A full mailbox
/// refuses, and the sender counts what it dropped; nothing ever waits for room. An element that costs more than the
/// whole capacity is accepted when the mailbox is empty, so that it can pass at all.
public final class Mailbox<Element: Sendable>: Sendable {
    // Sendable because everything in `state` is touched only under the monitor.
    private final class State: @unchecked Sendable {
        let monitor = Monitor()
        var elements: [Element] = []
        var cost = 0
        var isClosed = false
    }

    private let state = State()
    private let capacity: Int
    private let wake: WakeUp?

    /// - Parameters:
    ///   - capacity: the most cost held at a time.
    ///   - onOffer: signalled when the first element arrives in an empty mailbox, and on `close`; for a receiver that
    ///     sleeps in epoll or poll. The receiver must `clear` it before it takes, not after.
    public init(capacity: Int, onOffer: WakeUp? = nil) {
        self.capacity = max(capacity, 0)
        wake = onOffer
    }

    /// Hands an element over. False when there is no room or the mailbox is closed: the element is dropped.
    public func offer(_ element: Element, cost: Int) -> Bool {
        let cost = max(cost, 0)
        state.monitor.lock()
        let (total, overflow) = state.cost.addingReportingOverflow(cost)
        guard !state.isClosed, state.elements.isEmpty || (!overflow && total <= capacity) else {
            state.monitor.unlock()
            return false
        }
        let wasEmpty = state.elements.isEmpty
        state.elements.append(element)
        state.cost = total
        if wasEmpty { state.monitor.broadcast() }
        state.monitor.unlock()
        if wasEmpty { wake?.signal() }
        return true
    }

    /// Takes everything there is, in the order of arrival; waits up to `timeoutMs` for something to arrive.
    /// Empty on time-out, and at once when the mailbox is closed and nothing is left.
    public func takeAll(timeoutMs: Int) -> [Element] {
        state.monitor.lock()
        defer { state.monitor.unlock() }
        if state.elements.isEmpty, !state.isClosed, timeoutMs > 0 {
            let deadlineNs = Clock.monotonicNs(afterMs: timeoutMs)
            while state.elements.isEmpty, !state.isClosed {
                guard state.monitor.wait(untilNs: deadlineNs) else { break }
            }
        }
        var taken: [Element] = []
        swap(&taken, &state.elements)
        state.cost = 0
        return taken
    }

    /// Refuses everything from now on and wakes the receiver, which still takes what is there. Idempotent.
    public func close() {
        state.monitor.lock()
        state.isClosed = true
        state.monitor.broadcast()
        state.monitor.unlock()
        wake?.signal()
    }

    /// True once `close` was called; elements may still be left: see `isFinished`.
    public var isClosed: Bool {
        state.monitor.lock()
        defer { state.monitor.unlock() }
        return state.isClosed
    }

    /// True when the mailbox is closed and everything was taken: the receiver's thread can end.
    public var isFinished: Bool {
        state.monitor.lock()
        defer { state.monitor.unlock() }
        return state.isClosed && state.elements.isEmpty
    }

    /// The cost of what waits to be taken.
    public var cost: Int {
        state.monitor.lock()
        defer { state.monitor.unlock() }
        return state.cost
    }
}

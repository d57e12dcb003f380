package import Model
package import Outbox

/// Decides which records are sent when, and what a receipt settles. Pure: it knows numbers and times only.
///
/// Two lanes. *Live*: a record is sent the moment it is committed. *Backlog*: whatever has no receipt (never sent,
/// sent in an earlier session, or not receipted in time) is sent again in order, within a window that grows while
/// receipts keep up. Only a receipt settles a record; what the broker says means nothing here.
package struct DeliveryMachine: Sendable {
    package struct Limits: Sendable {
        package var smallestWindow = 64
        package var largestWindow = 4096
        /// No receipt for so long, or four times the usual delay if that is longer: send again.
        package var receiptTimeoutMs: Int64 = 2_000
        package var longestTimeoutMs: Int64 = 30_000
        /// After a birth the collector says at once what it has; wait that long for it before sending.
        package var birthReceiptMs: Int64 = 1_000
        package var acknowledgement = Acknowledgement.required

        package init() {}
    }

    /// What counts as settled when nobody gives receipts.
    package enum Acknowledgement: Sendable, Equatable {
        /// Nothing: it is sent again until there is a receipt.
        case required
        /// Having been sent that long ago on a link that still stands. With `patienceMs`, only in a session that
        /// has had no receipt for that long; so a collector with receipts always gets its way.
        case assumed(afterMs: Int64, patienceMs: Int64)
    }

    package enum Link: Sendable, Equatable {
        case down
        /// Born, and waiting for the collector's word on what it has.
        case greeting(sinceMs: Int64)
        case open
    }

    /// What to do about the backlog now.
    package enum Step: Sendable, Equatable {
        /// Nothing before that time; nil = nothing until something happens.
        case wait(untilMs: Int64?)
        /// Read and send up to `limit` records of `life` within `numbers`, then tell `sent`.
        case send(life: Int, numbers: ClosedRange<Int64>, limit: Int)
    }

    package enum ReceiptOutcome: Sendable, Equatable {
        /// Everything of that life up to that number is settled; nil if nothing moved.
        case applied(settledThrough: Place?)
        /// No such epoch here, or numbers that this outbox never sent: ignored and counted.
        case ignored
        /// The first word after a birth claims numbers that this life never sent: another life has used them.
        case contradicts(life: Int)
    }

    private struct Life: Sendable {
        let state: EpochState
        var newest: Int64
        /// Settled, or no longer in the file: there is nothing more to do about these.
        var closed: SequenceSet
        /// Closed or in flight: not to be sent now.
        var covered: SequenceSet
        /// Sent since this process started.
        var published = SequenceSet()
        /// The last number that an earlier process may have sent.
        let inherited: Int64
    }

    private struct Flight: Sendable {
        let life: Int
        let numbers: ClosedRange<Int64>
        let sentMs: Int64
    }

    package let limits: Limits
    package private(set) var link = Link.down
    package private(set) var window: Int
    package private(set) var inFlightCount = 0
    /// How far each life was closed without a receipt, since `takeAssumed` was last asked.
    private var assumed: [Place] = []
    private var lives: [Life]
    private var flights: [Flight] = []
    private var usualDelayMs: Double = 0
    private var bornMs: Int64 = 0
    private var hasReceipt = false

    /// Starts from what the outbox holds; everything without a receipt is backlog.
    package init(epochs: [EpochState], limits: Limits = Limits()) {
        self.limits = limits
        window = limits.smallestWindow
        lives = epochs.map { DeliveryMachine.life($0, inherited: $0.newest) }
    }

    private static func life(_ state: EpochState, inherited: Int64) -> Life {
        let settled = state.receipted >= 1 ? SequenceSet(1...state.receipted) : SequenceSet()
        return Life(state: state, newest: state.newest, closed: settled, covered: settled, inherited: inherited)
    }

    /// Records of all epochs that have no receipt.
    package var pendingCount: Int64 { lives.reduce(0) { $0 + $1.newest - $1.closed.count } }
    /// How far the current epoch is settled without a hole.
    package var settledThrough: Int64 { lives.last.map { $0.closed.contiguousFromOne } ?? 0 }
    var newest: Int64 { lives.last?.newest ?? 0 }
    /// What this process has sent of the current epoch, and what earlier ones may have.
    var published: (inherited: Int64, since: SequenceSet) {
        lives.last.map { ($0.inherited, $0.published) } ?? (0, SequenceSet())
    }

    // MARK: - The outbox's side

    package mutating func committed(_ place: Place) {
        guard let index = index(of: place.life) else { return }
        lives[index].newest = max(lives[index].newest, place.sequence)
    }

    /// A new epoch has begun. `records` is how many it has already (a rebase), none of them ever sent.
    mutating func epochBegan(_ state: EpochState) { lives.append(DeliveryMachine.life(state, inherited: 0)) }

    /// Numbers that were asked for and are not in the file: dropped, damaged or renumbered, each accounted for there.
    package mutating func absent(life: Int, _ numbers: SequenceSet) {
        guard let index = index(of: life) else { return }
        lives[index].closed.formUnion(numbers)
        lives[index].covered.formUnion(numbers)
    }

    /// The collector has lost what it once had and asks for it again. False if it is none of ours.
    mutating func resend(_ request: ResendRequest) -> Place? {
        guard let index = lives.firstIndex(where: { $0.state.epoch == request.epoch }),
            request.range.lowerBound <= lives[index].newest
        else { return nil }
        let range = request.range.lowerBound...min(request.range.upperBound, lives[index].newest)
        lives[index].closed.remove(range)
        lives[index].covered.remove(range)
        for flight in flights where flight.life == lives[index].state.life {
            lives[index].covered.insert(flight.numbers)
        }
        return Place(life: lives[index].state.life, sequence: range.lowerBound)
    }

    // MARK: - The link's side

    /// A birth has been sent: nothing of before counts as in flight any more.
    package mutating func born(atMs now: Int64) {
        land(all: flights)
        link = .greeting(sinceMs: now)
        bornMs = now
        hasReceipt = false
    }

    package mutating func linkDown() {
        land(all: flights)
        link = .down
        window = limits.smallestWindow
    }

    /// Whether a record committed just now may be sent on the live lane.
    package var sendsLive: Bool { link == .open }

    /// Whether a record is neither settled nor on its way.
    func isUnsent(_ place: Place) -> Bool {
        index(of: place.life).map { !lives[$0].covered.contains(place.sequence) } ?? false
    }

    package mutating func sent(life: Int, _ numbers: ClosedRange<Int64>, atMs now: Int64) {
        guard let index = index(of: life) else { return }
        lives[index].covered.insert(numbers)
        lives[index].published.insert(numbers)
        flights.append(Flight(life: life, numbers: numbers, sentMs: now))
        inFlightCount += numbers.count
    }

    /// What to do next. Call again after each thing that happens, and when the time it named has come.
    package mutating func step(atMs now: Int64) -> Step {
        switch link {
        case .down: return .wait(untilMs: nil)
        case .greeting(let since):
            guard now >= since + limits.birthReceiptMs else { return .wait(untilMs: since + limits.birthReceiptMs) }
            link = .open
        case .open: break
        }
        var patienceMs = timeoutMs
        if case .assumed(let after, let patience) = limits.acknowledgement, !hasReceipt, now >= bornMs + patience {
            assumeDelivered(sentBeforeMs: now - after)
            patienceMs = after
            // Nobody's receipts tell how much the host can take: only the network does.
            window = limits.largestWindow
        } else {
            expire(atMs: now)
        }
        let room = window - inFlightCount
        // A quarter of the window at a time: reading and sending single records would cost more.
        if room >= max(1, window / 4), let (life, numbers) = nextUnsent {
            return .send(life: life, numbers: numbers, limit: min(room, 256))
        }
        return .wait(untilMs: flights.first.map { $0.sentMs + patienceMs })
    }

    /// What may be freed without a receipt: everything of these lives up to these numbers. Ask after each `step`.
    package mutating func takeAssumed() -> [Place] {
        defer { assumed.removeAll() }
        return assumed
    }

    package mutating func receipt(_ receipt: Receipt, atMs now: Int64) -> ReceiptOutcome {
        guard let index = lives.firstIndex(where: { $0.state.epoch == receipt.epoch }) else { return .ignored }
        let wasGreeting = if case .greeting = link { true } else { false }
        var claimed = receipt.settled
        if !isPossible(claimed, of: lives[index]) {
            guard index < lives.count - 1 else {
                return wasGreeting ? .contradicts(life: lives[index].state.life) : .ignored
            }
            // An earlier epoch of a restored outbox: what followed there was sent too, and is not known here.
            claimed = claimed.intersection(1...max(1, lives[index].newest))
            guard isPossible(claimed, of: lives[index]) else { return .ignored }
        }
        if wasGreeting { link = .open }
        hasReceipt = true
        let before = lives[index].closed.contiguousFromOne
        lives[index].closed.formUnion(claimed)
        lives[index].covered.formUnion(claimed)
        landSettled(of: index, atMs: now)
        let through = lives[index].closed.contiguousFromOne
        guard through > before else { return .applied(settledThrough: nil) }
        let place = Place(life: lives[index].state.life, sequence: through)
        forgetIfFinished(index)
        return .applied(settledThrough: place)
    }

    // MARK: - Inside

    private var timeoutMs: Int64 {
        min(max(limits.receiptTimeoutMs, Int64(4 * usualDelayMs)), limits.longestTimeoutMs)
    }

    private func index(of life: Int) -> Int? { lives.lastIndex { $0.state.life == life } }

    /// A number can only have been stored if an earlier process held it, or this one has sent it.
    private func isPossible(_ claimed: SequenceSet, of life: Life) -> Bool {
        claimed.ranges.allSatisfy { range in
            guard range.upperBound > life.inherited else { return true }
            guard range.upperBound <= life.newest else { return false }
            return life.published.contains(max(range.lowerBound, life.inherited + 1)...range.upperBound)
        }
    }

    private var nextUnsent: (life: Int, numbers: ClosedRange<Int64>)? {
        for life in lives {
            let first = life.covered.contiguousFromOne + 1
            guard first <= life.newest else { continue }
            let after = life.covered.ranges.first { $0.lowerBound > first }
            return (life.state.life, first...min(life.newest, after.map { $0.lowerBound - 1 } ?? life.newest))
        }
        return nil
    }

    /// Closes what was sent long enough ago, for want of anything better.
    private mutating func assumeDelivered(sentBeforeMs limit: Int64) {
        let old = flights.prefix { $0.sentMs <= limit }
        guard !old.isEmpty else { return }
        for flight in old { if let index = index(of: flight.life) { lives[index].closed.insert(flight.numbers) } }
        flights.removeFirst(old.count)
        inFlightCount = flights.reduce(0) { $0 + $1.numbers.count }
        for number in Set(old.map(\.life)) {
            guard let index = index(of: number), lives[index].closed.contiguousFromOne >= 1 else { continue }
            assumed.append(Place(life: number, sequence: lives[index].closed.contiguousFromOne))
            forgetIfFinished(index)
        }
    }

    /// Nothing more is to be done about an earlier life of which everything is closed.
    private mutating func forgetIfFinished(_ index: Int) {
        if index < lives.count - 1 && lives[index].closed.contiguousFromOne >= lives[index].newest {
            lives.remove(at: index)
        }
    }

    /// What was sent too long ago without a receipt becomes backlog again.
    private mutating func expire(atMs now: Int64) {
        let overdue = flights.prefix { $0.sentMs + timeoutMs <= now }
        guard !overdue.isEmpty else { return }
        window = max(limits.smallestWindow, window / 2)
        land(all: Array(overdue))
    }

    private mutating func land(all landing: [Flight]) {
        flights.removeFirst(landing.count)
        for flight in landing {
            guard let index = index(of: flight.life) else { continue }
            lives[index].covered.remove(flight.numbers)
            // Whatever of it is closed stays covered.
            for part in lives[index].closed.intersection(flight.numbers).ranges { lives[index].covered.insert(part) }
            // And so does what was sent a second time meanwhile.
            for other in flights where other.life == flight.life && other.numbers.overlaps(flight.numbers) {
                lives[index].covered.insert(other.numbers)
            }
        }
        inFlightCount = flights.reduce(0) { $0 + $1.numbers.count }
    }

    private mutating func landSettled(of index: Int, atMs now: Int64) {
        let life = lives[index]
        var kept: [Flight] = []
        kept.reserveCapacity(flights.count)
        var landed = false
        for flight in flights {
            guard flight.life == life.state.life, life.closed.contains(flight.numbers) else {
                kept.append(flight)
                continue
            }
            let delay = Double(max(0, now - flight.sentMs))
            usualDelayMs = usualDelayMs == 0 ? delay : usualDelayMs + 0.125 * (delay - usualDelayMs)
            landed = true
        }
        flights = kept
        inFlightCount = flights.reduce(0) { $0 + $1.numbers.count }
        if landed { window = min(limits.largestWindow, window * 2) }
    }
}

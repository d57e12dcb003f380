/// In which order the frames of one asset in one stream are analysed: that of their numbers, whatever order they come
/// in, so that findings are the same after an outage, a restart or a failover.
///
/// A frame is given out when every number before it is settled: stored, or declared lost. Frames that came too early
/// are held; what there is no room for is read from the database again, where it is by then.
struct AnalysisOrder<Held> {
    /// Frames held at most; more are left to the database.
    static var mostHeld: Int { 128 }

    /// Every frame up to this number has been given out.
    private(set) var mark: Int64
    /// Frames up to this number are not all in memory: the database has them.
    private(set) var missedThrough: Int64
    /// By number, ascending.
    private var held: [(number: Int64, frame: Held)] = []

    init(mark: Int64, missedThrough: Int64) {
        self.mark = mark
        self.missedThrough = missedThrough
    }

    /// Whether frames must be read from the database before anything that is held can be given out.
    var mustRead: Bool { mark < missedThrough }
    var isHolding: Bool { !held.isEmpty }

    /// Whether this new frame comes next, with nothing held before it: the usual case. Then `wasGiven` is to be called.
    func isNext(_ number: Int64, isSettled: (ClosedRange<Int64>) -> Bool) -> Bool {
        guard !mustRead, held.isEmpty, number > mark else { return false }
        return number == mark + 1 || isSettled((mark + 1)...(number - 1))
    }

    /// The frame of this number was given out, and every one before it.
    mutating func wasGiven(_ number: Int64) { mark = max(mark, number) }

    /// Keeps a frame that does not come next.
    mutating func hold(_ number: Int64, _ frame: Held) {
        guard number > mark, number > missedThrough else { return }
        // They come nearly in order.
        var place = held.count
        while place > 0, held[place - 1].number > number { place -= 1 }
        guard place == 0 || held[place - 1].number != number else { return }
        held.insert((number, frame), at: place)
        guard held.count > AnalysisOrder.mostHeld else { return }
        missedThrough = held.removeFirst().number
    }

    /// The next of the held frames, if its turn has come.
    mutating func next(isSettled: (ClosedRange<Int64>) -> Bool) -> Held? {
        guard !mustRead, let first = held.first,
            first.number == mark + 1 || isSettled((mark + 1)...(first.number - 1))
        else { return nil }
        mark = first.number
        held.removeFirst()
        return first.frame
    }

    /// What the database holds up to this number has been given out; it held everything up to it.
    mutating func hasRead(through number: Int64) {
        mark = max(mark, number)
        held.removeAll { $0.number <= mark }
    }
}

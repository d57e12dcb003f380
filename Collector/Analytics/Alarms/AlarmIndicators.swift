/// How the alarm system as a whole is doing (EEMUA 191, ISA-18.2): a pure function of the journal.
///
/// Times are when things occurred. What came late counts as well: it is what the plant had, though nobody knew.
public struct AlarmIndicators: Sendable, Equatable {
    public static let intervalMs: Int64 = 600_000
    static let staleMs: Int64 = 86_400_000
    static let chatterMs: Int64 = 60_000
    static let chatterCount = 3

    /// An alarm and how often it came.
    public struct Share: Sendable, Equatable {
        public var alarm: Int64
        public var asset: Int32
        public var rule: String
        public var count: Int
        /// Of all alarms in the time.
        public var share: Double
    }

    public struct Flood: Sendable, Equatable {
        /// From the first alarm to the last one of a time in which there were always more than ten in ten minutes.
        public var fromMs: Int64
        public var toMs: Int64
        public var alarms: Int
    }

    /// An alarm that stands at the end of the time.
    public struct Standing: Sendable, Equatable {
        public var alarm: Int64
        public var asset: Int32
        public var rule: String
        public var state: AlarmState
        /// When it last came.
        public var sinceMs: Int64
    }

    public var fromMs: Int64
    public var toMs: Int64
    /// Alarms that came.
    public var alarms = 0
    /// Of these, those that were known late.
    public var late = 0
    /// Of these, those that were announced.
    public var announced = 0
    public var perTenMinutes = 0.0
    /// Most in one of the whole intervals of ten minutes, counted from 1970 on.
    public var peakPerTenMinutes = 0
    /// Intervals with more than ten alarms, as a share of all.
    public var floodShare = 0.0
    public var floods: [Flood] = []
    /// Alarms that came most often, at most ten.
    public var topTen: [Share] = []
    public var topTenShare = 0.0
    public var standing: [Standing] = []
    /// Standing for longer than a day.
    public var stale: [Standing] = []
    /// Alarms that came three times or more within a minute.
    public var chattering: [Share] = []
    public var byPriority: [AlarmRule.Priority: Int] = [:]
    /// From coming to being acknowledged, of those that were acknowledged within the time; sorted.
    public var acknowledgeMs: [Int64] = []

    /// `opening`: the last entry of each alarm before the time, late ones left out; `entries`: those that occurred
    /// within the time, in the order of their numbers.
    public init(opening: [AlarmEntry], entries: [AlarmEntry], fromMs: Int64, toMs: Int64) {
        self.fromMs = fromMs
        self.toMs = toMs
        let within = entries.filter { $0.occurredMs >= fromMs && $0.occurredMs < toMs }
        let came = within.filter(\.isAlarm).sorted { ($0.occurredMs, $0.number) < ($1.occurredMs, $1.number) }
        alarms = came.count
        late = came.count { $0.isLate }
        announced = came.count { $0.isAnnounced }
        for entry in came { byPriority[entry.priority, default: 0] += 1 }
        countIntervals(came)
        findFloods(came)
        rank(came)
        follow(opening, within)
    }

    private mutating func countIntervals(_ came: [AlarmEntry]) {
        var counts: [Int64: Int] = [:]
        for entry in came { counts[AlarmIndicators.interval(entry.occurredMs), default: 0] += 1 }
        let first = AlarmIndicators.interval(fromMs)
        let intervals = max(1, AlarmIndicators.interval(toMs - 1) - first + 1)
        peakPerTenMinutes = counts.values.max() ?? 0
        perTenMinutes = Double(alarms) * Double(AlarmIndicators.intervalMs) / Double(max(1, toMs - fromMs))
        floodShare = Double(counts.values.count { $0 > AlarmDesk.floodCount }) / Double(intervals)
    }

    static func interval(_ timeMs: Int64) -> Int64 {
        timeMs >= 0 ? timeMs / intervalMs : -((intervalMs - 1 - timeMs) / intervalMs)
    }

    /// Whenever an alarm is the eleventh of ten minutes, all of these belong to a flood; floods that touch are one.
    private mutating func findFloods(_ came: [AlarmEntry]) {
        var oldest = 0
        for (index, entry) in came.enumerated() {
            while came[oldest].occurredMs <= entry.occurredMs - AlarmDesk.floodMs { oldest += 1 }
            let count = index - oldest + 1
            guard count > AlarmDesk.floodCount else { continue }
            let fromMs = came[oldest].occurredMs
            if let last = floods.last, fromMs <= last.toMs {
                floods[floods.count - 1].toMs = entry.occurredMs
                floods[floods.count - 1].alarms += 1
            } else {
                floods.append(Flood(fromMs: fromMs, toMs: entry.occurredMs, alarms: count))
            }
        }
    }

    private mutating func rank(_ came: [AlarmEntry]) {
        var shares: [Int64: Share] = [:]
        var times: [Int64: [Int64]] = [:]
        for entry in came {
            shares[
                entry.alarm,
                default: Share(alarm: entry.alarm, asset: entry.asset, rule: entry.rule, count: 0, share: 0)
            ].count += 1
            times[entry.alarm, default: []].append(entry.occurredMs)
        }
        let all = shares.values.map { share in
            var share = share
            share.share = Double(share.count) / Double(max(1, alarms))
            return share
        }.sorted { ($1.count, $0.alarm) < ($0.count, $1.alarm) }
        topTen = Array(all.prefix(10))
        topTenShare = Double(topTen.reduce(0) { $0 + $1.count }) / Double(max(1, alarms))
        chattering = all.filter { share in
            let times = times[share.alarm] ?? []
            let reach = AlarmIndicators.chatterCount - 1
            return times.indices.contains {
                $0 + reach < times.count && times[$0 + reach] - times[$0] < AlarmIndicators.chatterMs
            }
        }
    }

    private mutating func follow(_ opening: [AlarmEntry], _ within: [AlarmEntry]) {
        var states: [Int64: Standing] = [:]
        var called: [Int64: Int64] = [:]
        for entry in opening.filter({ !$0.isLate }) + within.filter({ !$0.isLate }) {
            let before = states[entry.alarm]
            let isNew = entry.event == AlarmEvent.raised.word || before?.state.isStanding != true
            if entry.after.isUnacknowledged, entry.after == .unacknowledged, entry.before != .unacknowledged {
                called[entry.alarm] = entry.occurredMs
            }
            if entry.event == AlarmEvent.acknowledged.word, entry.occurredMs >= fromMs,
                let sinceMs = called.removeValue(forKey: entry.alarm)
            {
                acknowledgeMs.append(max(0, entry.occurredMs - sinceMs))
            }
            states[entry.alarm] = Standing(
                alarm: entry.alarm, asset: entry.asset, rule: entry.rule, state: entry.after,
                sinceMs: isNew ? entry.occurredMs : before?.sinceMs ?? entry.occurredMs)
        }
        acknowledgeMs.sort()
        standing = states.values.filter(\.state.isStanding).sorted { ($0.sinceMs, $0.alarm) < ($1.sinceMs, $1.alarm) }
        stale = standing.filter { toMs - $0.sinceMs > AlarmIndicators.staleMs }
    }

    /// The share of `q` of them took no longer; nil without any.
    public func acknowledgeMs(quantile q: Double) -> Int64? {
        guard !acknowledgeMs.isEmpty else { return nil }
        let rank = Int((q * Double(acknowledgeMs.count)).rounded(.up))
        return acknowledgeMs[min(max(rank, 1), acknowledgeMs.count) - 1]
    }
}

/// Sums telemetry up by minute and by hour. Safe to stop at any point and to run again; of several collectors one runs
/// at a time. Writers are never held up by a run.
///
/// A minute becomes dirty in the transaction that adds readings to it, and is computed anew from telemetry as a whole,
/// so that late readings and repeated runs give the same result.
public enum Rollups {
    /// "rollup" in ASCII.
    private static let lock: Int64 = 0x72_6F_6C_6C_75_70

    /// A minute of a signal group that has got new readings.
    public struct Minute: Sendable, Hashable {
        public let asset: Int32
        public let signalGroup: Int16
        /// Its start.
        public let timeMs: Int64

        /// The minute that holds a time.
        public init(asset: Int32, signalGroup: Int16, timeMs: Int64) {
            self.asset = asset
            self.signalGroup = signalGroup
            let (quotient, remainder) = timeMs.quotientAndRemainder(dividingBy: 60_000)
            self.timeMs = (quotient - (remainder < 0 ? 1 : 0)) &* 60_000
        }
    }

    public struct Summary: Sendable, Equatable {
        /// Dirty minutes dealt with.
        public var minutes = 0
        /// Hours computed anew because of them.
        public var hours = 0
        public var isEmpty: Bool { minutes == 0 }
    }

    /// Notes dirty minutes. Must run in the transaction that stores the readings.
    ///
    /// A mark that is there already is counted up: a run that is under way, and cannot see these readings yet, then
    /// leaves it for the next one.
    public static func mark(
        _ connection: PostgresConnection, _ minutes: some Sequence<Minute>
    ) throws(PostgresFailure) {
        let all = Array(Set(minutes))
        guard !all.isEmpty else { return }
        try connection.execute(
            """
            insert into rollup_dirty (asset, signal_group, bucket)
            select * from unnest($1, $2, $3) order by 1, 2, 3
            on conflict (asset, signal_group, bucket) do update set touched = rollup_dirty.touched + 1
            """, parameters(all), isRepeated: true)
    }

    /// Computes dirty minutes, at most `limit`, the oldest first, and the hours that they belong to, in one
    /// transaction. Call again until the summary is empty; it is also empty while another collector does the work.
    ///
    /// `settledBeforeMs`: later minutes are left for the next run, since more readings will come. `keptSinceMs`: what
    /// retention has removed, or is about to, keeps the rollup it has.
    @discardableResult
    public static func recompute(
        _ connection: PostgresConnection, settledBeforeMs: Int64, keptSinceMs: Int64? = nil, limit: Int = 2000
    ) throws -> Summary {
        try connection.transaction {
            let isOurs: Bool = try connection.value("select pg_try_advisory_xact_lock($1)", [.int8(lock)])
            guard isOurs else { return Summary() }
            let dirty = try connection.query(
                """
                select asset, signal_group, bucket, touched from rollup_dirty where bucket < $1
                order by bucket limit $2
                """, [.timestampMs(settledBeforeMs), .int8(Int64(limit))])
            guard !dirty.isEmpty else { return Summary() }
            let minutes = try dirty.map { row throws(PostgresFailure) in
                Minute(asset: try row[0], signalGroup: try row[1], timeMs: try row[2])
            }
            let touched = try dirty.map { row throws(PostgresFailure) -> Int64? in try row[3] }
            let kept = minutes.filter { minute in keptSinceMs.map { minute.timeMs >= $0 } ?? true }
            // Compiling such a statement takes longer than running it.
            try connection.execute("set local jit = off")
            try connection.execute(computeMinutes, parameters(kept))
            let hours = try connection.execute(computeHours, parameters(kept))
            // Last, and only where nobody has added readings since: those may not have been seen above.
            try connection.execute(
                """
                delete from rollup_dirty d using unnest($1, $2, $3, $4) as s(asset, signal_group, bucket, touched)
                where d.asset = s.asset and d.signal_group = s.signal_group and d.bucket = s.bucket
                    and d.touched = s.touched
                """, parameters(minutes) + [.int8s(touched)])
            return Summary(minutes: minutes.count, hours: hours)
        }
    }

    private static func parameters(_ minutes: [Minute]) -> [PostgresParameter] {
        [.int4s(minutes.map(\.asset)), .int2s(minutes.map(\.signalGroup)), .timestampsMs(minutes.map(\.timeMs))]
    }

    /// Readings are taken in the order of time, so that a repeated run gives the same bits. Numbers so large that a
    /// sum of them could overflow are left out: one of them must not stop the rollups of all.
    private static let computeMinutes = """
        insert into rollup_1m (asset, signal_group, bucket, frames, counts, minima, maxima, means)
        select d.asset, d.signal_group, d.bucket, f.frames, p.counts, p.minima, p.maxima, p.means
        from unnest($1, $2, $3) as d(asset, signal_group, bucket),
        lateral (
            select count(*) as frames from telemetry t where t.asset = d.asset and t.signal_group = d.signal_group
                and t.ts >= d.bucket and t.ts < d.bucket + interval '1 minute'
        ) as f,
        lateral (
            select coalesce(array_agg(count order by place), '{}') as counts,
                coalesce(array_agg(minimum order by place), '{}') as minima,
                coalesce(array_agg(maximum order by place), '{}') as maxima,
                coalesce(array_agg(mean order by place), '{}') as means
            from (
                select place, count(reading)::int as count, min(reading) as minimum, max(reading) as maximum,
                    sum(reading) / nullif(count(reading), 0) as mean
                from (
                    select t.values, t.quality from telemetry t
                    where t.asset = d.asset and t.signal_group = d.signal_group
                        and t.ts >= d.bucket and t.ts < d.bucket + interval '1 minute'
                    order by t.ts, t.epoch, t.seq
                ) as t, lateral (
                    select place, case when value between -1e300 and 1e300 and (t.quality is null
                        or place > length(t.quality) or get_byte(t.quality, place::int - 1) = 0) then value end
                        as reading
                    from unnest(t.values) with ordinality as v(value, place)
                ) as r
                group by place
            ) as places
        ) as p
        where f.frames > 0
        on conflict (asset, signal_group, bucket) do update set frames = excluded.frames, counts = excluded.counts,
            minima = excluded.minima, maxima = excluded.maxima, means = excluded.means
        """

    private static let computeHours = """
        insert into rollup_1h (asset, signal_group, bucket, frames, counts, minima, maxima, means)
        select d.asset, d.signal_group, d.bucket, f.frames, p.counts, p.minima, p.maxima, p.means
        from (
            select distinct asset, signal_group, date_trunc('hour', bucket, 'UTC') as bucket
            from unnest($1, $2, $3) as d(asset, signal_group, bucket)
        ) as d,
        lateral (
            select sum(m.frames) as frames from rollup_1m m where m.asset = d.asset
                and m.signal_group = d.signal_group and m.bucket >= d.bucket
                and m.bucket < d.bucket + interval '1 hour'
        ) as f,
        lateral (
            select coalesce(array_agg(count order by place), '{}') as counts,
                coalesce(array_agg(minimum order by place), '{}') as minima,
                coalesce(array_agg(maximum order by place), '{}') as maxima,
                coalesce(array_agg(mean order by place), '{}') as means
            from (
                select place, sum(count)::int as count, min(minimum) as minimum, max(maximum) as maximum,
                    sum(mean * count) / nullif(sum(count), 0) as mean
                from (
                    select * from rollup_1m m where m.asset = d.asset and m.signal_group = d.signal_group
                        and m.bucket >= d.bucket and m.bucket < d.bucket + interval '1 hour'
                    order by m.bucket
                ) as m, unnest(m.counts, m.minima, m.maxima, m.means)
                    with ordinality as u(count, minimum, maximum, mean, place)
                group by place
            ) as places
        ) as p
        where f.frames > 0
        on conflict (asset, signal_group, bucket) do update set frames = excluded.frames, counts = excluded.counts,
            minima = excluded.minima, maxima = excluded.maxima, means = excluded.means
        """
}

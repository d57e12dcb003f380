/// Times in PostgreSQL's binary form: microseconds since 2000-01-01 UTC. Ours: milliseconds since 1970-01-01 UTC.
public enum PostgresTime {
    static let epochMs: Int64 = 946_684_800_000
    /// What a timestamptz can hold: 4714-11-24 BC up to the end of 294276 AD.
    public static let storableMs: ClosedRange<Int64> = -210_866_803_200_000...9_224_318_015_999_999

    public static func isStorable(_ timeMs: Int64) -> Bool { storableMs.contains(timeMs) }

    /// The nearest time that can be stored.
    public static func clamped(_ timeMs: Int64) -> Int64 {
        min(max(timeMs, storableMs.lowerBound), storableMs.upperBound)
    }

    /// `timeMs` must be storable.
    @inline(__always)
    static func binary(_ timeMs: Int64) -> Int64 { (timeMs &- epochMs) &* 1000 }

    /// Nil for the infinities. Fractions of a millisecond are cut off towards the past.
    static func timeMs(_ binary: Int64) -> Int64? {
        guard binary != .max, binary != .min else { return nil }
        let (quotient, remainder) = binary.quotientAndRemainder(dividingBy: 1000)
        return quotient - (remainder < 0 ? 1 : 0) + epochMs
    }
}

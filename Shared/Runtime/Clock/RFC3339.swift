/// Times as text: `2026-11-21T09:08:07.123Z`.
public enum RFC3339 {
    /// The first and the last millisecond that can be written: years 0001 to 9999.
    public static let firstMs: Int64 = -62_135_596_800_000
    public static let lastMs: Int64 = 253_402_300_799_999

    /// Always UTC, always milliseconds, always 24 bytes. Times outside the years 0001 to 9999 are written as the
    /// first or the last millisecond of that span.
    public static func format(ms: Int64) -> String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            write(ms, to: buffer)
            return 24
        }
    }

    /// Appends what `format` returns.
    public static func append(ms: Int64, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { buffer in
            write(ms, to: buffer)
            bytes.append(contentsOf: buffer)
        }
    }

    private static func write(_ ms: Int64, to buffer: UnsafeMutableBufferPointer<UInt8>) {
        let clamped = min(max(ms, firstMs), lastMs)
        let day = (clamped - firstMs) / 86_400_000 + firstDay
        let msOfDay = (clamped - firstMs) % 86_400_000
        let date = civil(day: day)
        put(date.year, digits: 4, at: 0, in: buffer)
        buffer[4] = UInt8(ascii: "-")
        put(date.month, digits: 2, at: 5, in: buffer)
        buffer[7] = UInt8(ascii: "-")
        put(date.day, digits: 2, at: 8, in: buffer)
        buffer[10] = UInt8(ascii: "T")
        put(msOfDay / 3_600_000, digits: 2, at: 11, in: buffer)
        buffer[13] = UInt8(ascii: ":")
        put(msOfDay / 60_000 % 60, digits: 2, at: 14, in: buffer)
        buffer[16] = UInt8(ascii: ":")
        put(msOfDay / 1000 % 60, digits: 2, at: 17, in: buffer)
        buffer[19] = UInt8(ascii: ".")
        put(msOfDay % 1000, digits: 3, at: 20, in: buffer)
        buffer[23] = UInt8(ascii: "Z")
    }

    private static func put(
        _ number: Int64, digits: Int, at offset: Int, in buffer: UnsafeMutableBufferPointer<UInt8>
    ) {
        var rest = number
        for index in (offset..<offset + digits).reversed() {
            buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// Milliseconds since 1970 of a time in the form of RFC 3339, section 5.6; nil unless the text has exactly that
    /// form, names a real date, has an offset, and lies in the years 0001 to 9999 in UTC.
    ///
    /// Digits of the fraction after the third are dropped. A leap second `:60` is allowed only where one can be, in
    /// the last minute (UTC) of a month, and counts as the first second of the next, as in POSIX time.
    public static func parse(_ text: some StringProtocol) -> Int64? {
        guard text.utf8.count >= 20, text.utf8.count <= 64 else { return nil }
        var scan = Scan(bytes: Array(text.utf8))
        guard let year = scan.number(digits: 4), scan.skip("-"), let month = scan.number(digits: 2), scan.skip("-"),
            let day = scan.number(digits: 2), scan.skip("T") || scan.skip("t"),
            let hour = scan.number(digits: 2), scan.skip(":"), let minute = scan.number(digits: 2), scan.skip(":"),
            let second = scan.number(digits: 2), let fractionMs = scan.fractionMs(), let offsetMin = scan.offsetMin(),
            scan.isAtEnd, (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year: year),
            hour <= 23, minute <= 59, second <= 60
        else { return nil }
        let days = dayNumber(year: year, month: month, day: day)
        let minuteMs = ((days * 24 + hour) * 60 + minute - offsetMin) * 60_000
        if second == 60, !isLastMinuteOfMonth(minuteMs) { return nil }
        let ms = minuteMs + second * 1000 + fractionMs
        return (firstMs...lastMs).contains(ms) ? ms : nil
    }

    private static func isLastMinuteOfMonth(_ minuteMs: Int64) -> Bool {
        // A bias of whole 400-year cycles makes the division below round the same way for every year.
        let next = minuteMs + 60_000 + cycleDays * 10 * 86_400_000
        return next % 86_400_000 == 0 && civil(day: next / 86_400_000 - cycleDays * 10).day == 1
    }

    // MARK: - Calendar (proleptic Gregorian; days are counted from 1970-01-01)

    private static let firstDay: Int64 = -719_162
    private static let cycleDays: Int64 = 146_097

    /// Howard Hinnant's days_from_civil: the year starts in March, so that the leap day is its last.
    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = (month <= 2 ? year - 1 : year) + 400
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era - 1) * cycleDays + dayOfEra - 719_468
    }

    /// The inverse, for days from the year 0 on.
    private static func civil(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468 + cycleDays
        let era = shifted / cycleDays
        let dayOfEra = shifted % cycleDays
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + (era - 1) * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    private struct Scan {
        let bytes: [UInt8]
        var at = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { at == bytes.count }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
            at += 1
            return true
        }

        mutating func digit() -> Int64? {
            guard at < bytes.count, (48...57).contains(bytes[at]) else { return nil }
            at += 1
            return Int64(bytes[at - 1] - 48)
        }

        mutating func number(digits: Int) -> Int64? {
            var number: Int64 = 0
            for _ in 0..<digits {
                guard let digit = digit() else { return nil }
                number = number * 10 + digit
            }
            return number
        }

        /// 0 without a fraction; nil for a point without digits.
        mutating func fractionMs() -> Int64? {
            guard skip(".") else { return 0 }
            var ms: Int64 = 0
            var count = 0
            while let digit = digit() {
                if count < 3 { ms = ms * 10 + digit }
                count += 1
            }
            guard count > 0 else { return nil }
            for _ in count..<max(count, 3) { ms *= 10 }
            return ms
        }

        /// Minutes east of UTC.
        mutating func offsetMin() -> Int64? {
            if skip("Z") || skip("z") { return 0 }
            let isWest = skip("-")
            guard isWest || skip("+"), let hours = number(digits: 2), skip(":"), let minutes = number(digits: 2),
                hours <= 23, minutes <= 59
            else { return nil }
            return (hours * 60 + minutes) * (isWest ? -1 : 1)
        }
    }
}

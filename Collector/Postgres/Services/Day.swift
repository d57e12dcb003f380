/// A day in UTC, counted from 1970-01-01.
public struct Day: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let number: Int
    public static let lengthMs: Int64 = 86_400_000

    public init(_ number: Int) { self.number = number }

    /// The day that holds a time.
    public init(timeMs: Int64) {
        let (quotient, remainder) = timeMs.quotientAndRemainder(dividingBy: Day.lengthMs)
        number = Int(quotient) - (remainder < 0 ? 1 : 0)
    }

    /// From eight digits, such as 20260131; nil for anything else.
    init?(digits: some StringProtocol) {
        guard digits.utf8.count == 8, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let value = Int(digits) else {
            return nil
        }
        let day = Day(year: value / 10_000, month: value / 100 % 100, day: value % 100)
        guard day.digits == digits else { return nil }
        self = day
    }

    /// Any civil date; months and days out of range are carried over. Algorithm: Hinnant, "days_from_civil".
    public init(year: Int, month: Int, day: Int) {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    public var startMs: Int64 { Int64(number) * Day.lengthMs }
    public var endMs: Int64 { startMs + Day.lengthMs }

    public var date: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex + (monthIndex < 10 ? 3 : -9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    var digits: String {
        let (year, month, day) = date
        return padded(year, 4) + padded(month, 2) + padded(day, 2)
    }

    public var description: String {
        let (year, month, day) = date
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    public static func < (left: Day, right: Day) -> Bool { left.number < right.number }
}

/// A day of the Gregorian calendar, for records that carry dates.
struct CalendarDate: Sendable, Equatable, Comparable {
    /// Days since 1970-01-01.
    var day: Int

    init(day: Int) { self.day = day }

    /// Howard Hinnant's days_from_civil: the year starts in March, so that the leap day is its last.
    init(_ year: Int, _ month: Int, _ dayOfMonth: Int) {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + dayOfMonth - 1
        day = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var year: Int {
        // Howard Hinnant's civil_from_days, as far as the year.
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // The tenth and eleventh month from March on are the next year's first.
        return yearOfEra + era * 400 + (dayOfYear >= 306 ? 1 : 0)
    }

    static func < (left: CalendarDate, right: CalendarDate) -> Bool { left.day < right.day }
    static func + (date: CalendarDate, days: Int) -> CalendarDate { CalendarDate(day: date.day + days) }

    /// The day's first millisecond since 1970 UTC.
    var ms: Int64 { Int64(day) * 86_400_000 }

    /// The day that record sets look back from. Fixed, so that the same seed gives the same bytes on any day.
    static let today = CalendarDate(2026, 1, 1)
}

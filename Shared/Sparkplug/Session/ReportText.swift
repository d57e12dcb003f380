public import Model

/// The text of a report in the metric `Delivery/Report`:
///
///     cause:epoch:lost:from:to:ticks
///     outbox_full:00c0ffee00c0ffee:17-42:1767225600000:1767225642000:0
///     not_sampled:00c0ffee00c0ffee:-:1767225600000:1767225642000:42
///
/// `lost` is `first-last`, or `-` if no numbers are known; times are milliseconds since 1970-01-01 UTC.
/// A report has exactly one text: numbers have no leading zeros and no plus sign.
extension Report {
    public static let maxTextBytes = 160

    public var text: String {
        let lost = lost.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "-"
        return "\(cause.rawValue):\(epoch):\(lost):\(fromMs):\(toMs):\(ticks)"
    }

    /// Nil unless the text has exactly this form.
    public init?(_ text: String) {
        guard text.utf8.count <= Report.maxTextBytes else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, let cause = Cause(rawValue: String(parts[0])), let epoch = Epoch(parts[1]),
            let fromMs = Int64(parts[3]), let toMs = Int64(parts[4]), let ticks = Int64(parts[5])
        else { return nil }
        var lost: ClosedRange<Int64>?
        if parts[2] != "-" {
            guard let range = Receipt.range(parts[2]) else { return nil }
            lost = range
        }
        self.init(cause: cause, epoch: epoch, lost: lost, fromMs: fromMs, toMs: toMs, ticks: ticks)
        // What has the form but is not written as we write it would have two texts.
        guard self.text == text else { return nil }
    }
}

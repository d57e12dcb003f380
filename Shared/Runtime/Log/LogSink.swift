import Glibc
import Synchronization

/// Where lines go: a file descriptor, the level and format, and the memory of what repeats.
final class LogSink: Sendable {
    /// stderr, for the whole process.
    static let process = LogSink(fd: 2)

    private let fd: CInt
    private let journalPriority: Bool
    private let level = Atomic<UInt8>(Log.Level.info.rank)
    private let isJSON = Atomic<Bool>(false)
    private let limit = Locked(RepeatLimit())
    private let nowMs: @Sendable () -> Int64

    init(fd: CInt, nowMs: @escaping @Sendable () -> Int64 = { Clock.monotonicMs() }) {
        self.fd = fd
        self.nowMs = nowMs
        journalPriority = LogSink.isJournal(fd)
    }

    func configure(level: Log.Level, format: Log.Format) {
        self.level.store(level.rank, ordering: .relaxed)
        isJSON.store(format == .json, ordering: .relaxed)
    }

    func isEnabled(_ level: Log.Level) -> Bool { level.rank >= self.level.load(ordering: .relaxed) }

    func log(_ level: Log.Level, _ component: String, _ message: String, _ fields: Log.Fields) {
        let line = LogLine(level: level, component: component, message: message, fields: fields)
        let key = RepeatLimit.Message(level: level, component: component, text: message)
        let (nowMs, variant) = (nowMs(), line.variant)
        let (isWritten, remainders) = limit.withLock { $0.admit(key, variant: variant, nowMs: nowMs) }
        for remainder in remainders { write(remainder) }
        if isWritten { write(line, repeated: nil) }
    }

    func flush() {
        for remainder in limit.withLock({ $0.drain() }) { write(remainder) }
    }

    private func write(_ remainder: RepeatLimit.Remainder) {
        let message = remainder.message
        write(
            LogLine(level: message.level, component: message.component, message: message.text, fields: [:]),
            repeated: remainder.count)
    }

    private func write(_ line: LogLine, repeated: Int?) {
        let format: Log.Format = isJSON.load(ordering: .relaxed) ? .json : .text
        let bytes = line.bytes(
            format, timeMs: Clock.wallMs(), repeated: repeated, journalPriority: journalPriority)
        // A line that cannot be written is lost: there is nowhere left to say so.
        _ = bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let count = Glibc.write(fd, buffer.baseAddress.map { $0 + sent }, buffer.count - sent)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                sent += count
            }
            return sent
        }
    }

    /// True when systemd has connected the descriptor to the journal: JOURNAL_STREAM holds its device and inode.
    private static func isJournal(_ fd: CInt) -> Bool {
        guard let stream = getenv("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard fstat(fd, &status) == 0 else { return false }
        return String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
    }
}

import Glibc
import Model
import Runtime
import TestSupport

@testable import Outbox

/// A folder with an outbox in it, and short words for what tests do to it.
final class OutboxFixture {
    let folder: TemporaryFolder
    var path: String { folder.path + "/state" }

    init() throws { folder = try TemporaryFolder("outbox") }

    func open(
        maxBytes: Int64 = 64 << 20, whenFull: OutboxSettings.WhenFull = .stop
    ) throws -> (outbox: Outbox, notes: [OpeningNote]) {
        try Outbox.open(
            OutboxSettings(folder: path, maxBytes: maxBytes, whenFull: whenFull), nowMs: 1_790_000_000_000)
    }

    /// A frame whose content says which one it is.
    static func frame(_ number: Int, signals: Int = 40) -> Record {
        .frame(
            Frame(
                group: 0, timeMs: 1_790_000_000_000 + Int64(number) * 1000,
                values: (0..<signals).map { Double(number) + Double($0) / 100 }))
    }

    static func tick(_ numbers: some Sequence<Int>) -> Outbox.Tick {
        var tick = Outbox.Tick()
        tick.records = numbers.map { (1, frame($0)) }
        return tick
    }

    static func receipts(_ places: Place...) -> Outbox.Tick {
        var tick = Outbox.Tick()
        tick.receipted = places
        return tick
    }

    /// Every record the file holds, by number; damaged ones are nil.
    func contents() throws -> [Place: StoredRecord?] {
        let reader = try OutboxReader(folder: path)
        var found: [Place: StoredRecord?] = [:]
        for state in try reader.epochs() {
            for item in try reader.records(of: state, 1...Int64.max, limit: 1_000_000) {
                switch item {
                case .record(let record): found[record.place] = record
                case .damaged(let place): found[place] = .some(nil)
                }
            }
        }
        return found
    }

    var databasePath: String { path + "/outbox.db" }

    func copyState(to name: String) throws {
        _ = try ChildProcess.run("cp", ["-a", path, folder.path(name)])
    }

    /// Writes `bytes` over the file at an offset, as a failing disk would.
    static func scribble(_ bytes: [UInt8], over path: String, at offset: Int) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
    }

    static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}

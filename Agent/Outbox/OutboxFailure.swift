import CSQLite

/// Why the outbox could not do what was asked, and what that means for the caller.
public struct OutboxFailure: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// The size limit or the disk is reached: nothing was stored.
        case full
        /// The file's structure is broken: it must be set aside and salvaged.
        case damaged
        /// The disk refused (EIO and the like): close and open again; never retry on the same connection.
        case disk
        /// Another process holds the file.
        case locked
        /// The folder or file does not fit: a person must act.
        case configuration
        /// What there is to store cannot be read on: a person must act.
        case recording
        /// A statement of ours is wrong.
        case bug
    }

    public let kind: Kind
    public let doing: String
    public let detail: String

    public init(_ kind: Kind, doing: String, detail: String) {
        self.kind = kind
        self.doing = doing
        self.detail = detail
    }

    init(status: Int32, doing: String, detail: String) {
        let kind: Kind =
            switch status & 0xFF {
            case SQLITE_FULL: .full
            case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: .damaged
            case SQLITE_IOERR, SQLITE_NOMEM, SQLITE_PROTOCOL: .disk
            case SQLITE_BUSY, SQLITE_LOCKED: .locked
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: .configuration
            default: .bug
            }
        self.init(kind, doing: doing, detail: "\(detail) (SQLite \(status))")
    }

    public var description: String {
        let remedy =
            switch kind {
            case .full: "free space on the disk, raise outbox.max_bytes, or set outbox.when_full: drop_oldest"
            case .damaged: "restart the agent: it sets the file aside, saves what is readable and reports the rest"
            case .disk: "check the disk (dmesg, smartctl); the agent opens the file again by itself"
            case .locked: "stop the other agent that uses this folder, or give this one its own state_dir"
            case .configuration: "check that state_dir exists, belongs to the agent's user and is writable"
            case .recording: "mend the file, or choose another"
            case .bug: "please report this with the log"
            }
        return "\(kind == .recording ? "" : "outbox: ")\(doing): \(detail); \(remedy)"
    }
}

import Runtime
import Tables

/// A dataset's folder, which appears whole or not at all: it is made under another name beside its place, and moved
/// there when everything in it is on the disk.
///
/// While it is made, `.NAME.partial` holds it, with checkpoints from which an interrupted run can go on.
final class DatasetFolder {
    static let manifestName = "manifest.json"
    static let schemaName = "schema.json"
    static let cardName = "README.md"
    private static let requestName = ".request.json"
    private static let lockName = ".lock"

    /// What to do with what is there already.
    enum Start {
        /// Nothing may be there.
        case anew
        /// What is there gives way, once the new one is complete.
        case replacing
        /// Goes on with an interrupted run, if there is one.
        case resuming
    }

    /// Where the dataset will stand.
    let path: String
    /// Where it is made.
    let partial: String
    /// Where an interrupted run was; nil for a new one.
    let checkpoint: Checkpoint?
    private var lock: ProcessLock?
    private let start: Start

    /// Begins a dataset, or goes on with one. `request` says what is made, as JSON: a run of another request is not
    /// gone on with. Nil when resuming a dataset that is complete already.
    init?(_ path: String, request: [UInt8], _ start: Start) throws(DatasetFailure) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let name = Files.name(of: path)
        guard !name.isEmpty, name != ".", name != "..", !path.utf8.contains(0) else {
            throw .usage("--out must be the path of a folder to make, got \(Text.quoted(path))")
        }
        let partial = Files.resolve(".\(name).partial", in: Files.folder(of: path))
        self.path = path
        self.partial = partial
        self.start = start
        if try DatasetFolder.isComplete(path, request, start) { return nil }
        if Files.exists(partial), start == .anew {
            throw .usage(
                "an interrupted run of \(path) is in \(partial): go on with --resume, or begin anew with --force")
        }
        lock = try fromFiles { () throws(FileFailure) in
            try Files.ensureFolder(Files.folder(of: path), mode: 0o755)
            try Files.ensureFolder(partial, mode: 0o755)
            return try ProcessLock("\(partial)/\(DatasetFolder.lockName)")
        }
        if start == .resuming, Files.exists("\(partial)/\(DatasetFolder.requestName)") {
            let known = try fromFiles { () throws(FileFailure) in
                try Files.read("\(partial)/\(DatasetFolder.requestName)", maxBytes: 1 << 22)
            }
            guard known == request else {
                throw .usage(
                    "the interrupted run in \(partial) was of another request (see \(DatasetFolder.requestName) there): "
                        + "give the same options as then, or begin anew with --force")
            }
            checkpoint = try Checkpoint.read(in: partial)
        } else {
            checkpoint = nil
            try fromFiles { () throws(FileFailure) in
                for entry in try Files.entries(of: partial) where entry != DatasetFolder.lockName {
                    try Files.removeTree("\(partial)/\(entry)")
                }
                try Files.writeAtomically(request, to: "\(partial)/\(DatasetFolder.requestName)")
            }
        }
    }

    /// Refuses what must not be replaced; true when the very dataset is there.
    private static func isComplete(
        _ path: String, _ request: [UInt8], _ start: Start
    ) throws(DatasetFailure) -> Bool {
        guard Files.exists(path) else { return false }
        guard let entries = try? Files.entries(of: path) else {
            throw .usage("--out \(path) exists and is no folder that can be read: choose another")
        }
        if entries.isEmpty { return false }
        let isDataset = entries.contains(manifestName)
        switch start {
        case .anew:
            throw .usage("--out \(path) exists: choose another" + (isDataset ? ", or replace it with --force" : ""))
        case .replacing:
            guard isDataset else {
                throw .usage("--out \(path) holds no dataset (no \(manifestName)) and is not replaced: choose another")
            }
            return false
        case .resuming:
            let known = isDataset ? try json("\(path)/\(manifestName)")["request"] : nil
            guard let known, let wanted = try? JSON(request, limits: limits), known == wanted else {
                throw .usage("--out \(path) holds something else: choose another, or replace it with --force")
            }
            return true
        }
    }

    /// Adds a file of a part's own.
    func write(_ bytes: [UInt8], to name: String) throws(DatasetFailure) {
        guard DatasetFolder.isFit(name) else {
            throw .failed("a part has a file of an unfit name: \(Text.quoted(name))")
        }
        try fromFiles { () throws(FileFailure) in
            if name.contains("/") { try Files.ensureFolder("\(partial)/\(Files.folder(of: name))", mode: 0o755) }
            try Files.write(bytes, to: "\(partial)/\(name)")
        }
    }

    /// Letters, digits, "-", "_" and "."; no component begins with a point.
    private static func isFit(_ name: String) -> Bool {
        name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.utf8.count < 200 && part.first != "."
                && part.utf8.allSatisfy {
                    (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                        || [0x2D, 0x2E, 0x5F].contains($0)
                }
        }
    }

    /// Everything is written: moves the folder to its place.
    func finish() throws(DatasetFailure) {
        try fromFiles { () throws(FileFailure) in
            for entry in try Files.entries(of: partial) where entry.hasPrefix(".") && entry != DatasetFolder.lockName {
                try Files.removeTree("\(partial)/\(entry)")
            }
            try Files.syncAll(below: partial)
            lock = nil
            try Files.removeTree("\(partial)/\(DatasetFolder.lockName)")
            // A folder that is not empty cannot be replaced in one step: the old one gets out of the way first.
            let isReplaced = start == .replacing && !((try? Files.entries(of: path))?.isEmpty ?? true)
            let old = Files.resolve(".\(Files.name(of: path)).old", in: Files.folder(of: path))
            if isReplaced {
                try Files.removeTree(old)
                try Files.move(path, to: old)
            }
            try Files.move(partial, to: path)
            if isReplaced { try Files.removeTree(old) }
        }
    }

    /// Gives an empty folder up, so that a run that could not even begin leaves nothing.
    func abandonIfUnused() {
        guard !Files.exists("\(partial)/\(Checkpoint.fileName)") else { return }
        try? Files.removeTree(partial)
    }

    // MARK: - Reading

    static let limits = JSON.Limits(bytes: 1 << 26, depth: 64, values: 4_000_000)

    static func json(_ path: String) throws(DatasetFailure) -> JSON {
        let bytes = try fromFiles { () throws(FileFailure) in try Files.read(path, maxBytes: limits.bytes) }
        do throws(JSON.Failure) {
            return try JSON(bytes, limits: limits)
        } catch {
            throw .failed("\(path): \(error)")
        }
    }
}

/// Runs what may fail with a file's failure.
func fromFiles<Value>(_ body: () throws(FileFailure) -> Value) throws(DatasetFailure) -> Value {
    do throws(FileFailure) {
        return try body()
    } catch {
        let isFull = error.code == 28 || error.code == 122
        throw isFull ? .failed("\(error); make room or choose another disk") : .file(error)
    }
}

/// Runs what may fail with a table's failure.
func fromTables<Value>(_ body: () throws(TableFailure) -> Value) throws(DatasetFailure) -> Value {
    do throws(TableFailure) {
        return try body()
    } catch {
        throw .table(error)
    }
}

import Glibc
import Runtime
import Tables

/// Makes a dataset: some threads generate and encode parts, the calling thread writes them in their order.
struct DatasetRun {
    /// Parts that a thread may be ahead of the writer, the one in its hands included: what bounds the memory.
    private static let partsAhead = 2
    private static let checkpointMs: Int64 = 2_000

    enum Ending: Equatable {
        case complete, wasComplete, interrupted
    }

    let kind: any DatasetKind
    let request: DatasetRequest
    let jobs: Int
    /// Told to stop: ends after the part in hand, with a checkpoint.
    let stop: Locked<Bool>

    /// Blocks until the dataset is complete, or cannot be.
    func run(to path: String, _ start: DatasetFolder.Start, _ progress: inout Progress) throws(DatasetFailure) -> Ending
    {
        let schemas = kind.tables
        let manifest = Manifest(kind: kind, request: request, tables: schemas)
        guard let folder = try DatasetFolder(path, request: manifest.requestJSON(), start) else { return .wasComplete }
        var work = Work(kind: kind, request: request, manifest: manifest, folder: folder)
        do throws(DatasetFailure) {
            try work.open()
            guard try write(&work, &progress) else { return .interrupted }
            try work.finish()
        } catch {
            folder.abandonIfUnused()
            throw error
        }
        return .complete
    }

    /// False when told to stop.
    private func write(_ work: inout Work, _ progress: inout Progress) throws(DatasetFailure) -> Bool {
        let partCount = kind.partCount
        let first = work.checkpoint.nextPart
        guard first < partCount else { return true }
        let results = Mailbox<(part: Int, result: Result<EncodedPart, DatasetFailure>)>(capacity: .max)
        var workers: [Worker] = []
        defer {
            for worker in workers { worker.tickets.close() }
            for worker in workers { worker.thread.join() }
        }
        let count = min(jobs, partCount - first)
        for number in 0..<count { workers.append(try Worker(number, kind, request.formats, results)) }
        // Turn and turn about: who gets which part changes nothing in the result.
        var next = first
        func hand(to workers: [Worker]) {
            guard next < partCount else { return }
            _ = workers[(next - first) % count].tickets.offer(next, cost: 1)
            next += 1
        }
        for _ in 0..<count * DatasetRun.partsAhead { hand(to: workers) }
        var waiting: [Int: EncodedPart] = [:]
        var savedMs = Clock.monotonicMs()
        progress.begin(done: first, of: partCount)
        while work.checkpoint.nextPart < partCount {
            if stop.withLock({ $0 }) {
                try work.save()
                return false
            }
            for (part, result) in results.takeAll(timeoutMs: 200) {
                switch result {
                case .success(let encoded): waiting[part] = encoded
                case .failure(let failure): throw failure
                }
            }
            while let part = waiting.removeValue(forKey: work.checkpoint.nextPart) {
                try work.append(part)
                hand(to: workers)
                if Clock.monotonicMs() - savedMs >= DatasetRun.checkpointMs {
                    try work.save()
                    savedMs = Clock.monotonicMs()
                }
            }
            progress.show(done: work.checkpoint.nextPart)
        }
        progress.end()
        return true
    }
}

/// A thread that makes parts.
private struct Worker {
    let tickets = Mailbox<Int>(capacity: .max)
    let thread: NamedThread

    init(
        _ number: Int, _ kind: any DatasetKind, _ formats: [TableFormat],
        _ results: Mailbox<(part: Int, result: Result<EncodedPart, DatasetFailure>)>
    ) throws(DatasetFailure) {
        let tickets = tickets
        do throws(SystemFailure) {
            thread = try NamedThread.start(name: "generate-\(number)", stackBytes: 8 << 20) {
                let sink = EncodingSink(kind.tables, formats)
                while !tickets.isFinished {
                    for part in tickets.takeAll(timeoutMs: 1000) where !tickets.isClosed {
                        _ = results.offer((part, Worker.make(part, kind, sink)), cost: 1)
                    }
                }
            }
        } catch {
            throw .system(error)
        }
    }

    private static func make(
        _ number: Int, _ kind: any DatasetKind, _ sink: EncodingSink
    ) -> Result<EncodedPart, DatasetFailure> {
        var part = DatasetPart(into: sink)
        do throws(DatasetFailure) {
            try kind.generate(part: number, into: &part)
        } catch {
            return .failure(error)
        }
        do throws(TableFailure) {
            return .success(try sink.finish(part))
        } catch {
            return .failure(.table(error))
        }
    }
}

/// The dataset as far as it is written.
private struct Work {
    let kind: any DatasetKind
    let request: DatasetRequest
    let manifest: Manifest
    let folder: DatasetFolder
    var checkpoint = Checkpoint()
    private var data: [DataFile] = []

    init(kind: any DatasetKind, request: DatasetRequest, manifest: Manifest, folder: DatasetFolder) {
        self.kind = kind
        self.request = request
        self.manifest = manifest
        self.folder = folder
    }

    mutating func open() throws(DatasetFailure) {
        if let known = folder.checkpoint { checkpoint = known }
        for (place, schema) in manifest.tables.enumerated() {
            for format in request.formats {
                let name = "\(schema.name).\(format.rawValue)"
                let mark = checkpoint.marks.first { $0.name == name }
                data.append(
                    try fromTables { () throws(TableFailure) in
                        try DataFile(
                            schema, table: place, format: format, in: folder.partial, metadata: manifest.metadata,
                            at: mark, nextPart: checkpoint.nextPart)
                    })
            }
        }
    }

    mutating func append(_ part: EncodedPart) throws(DatasetFailure) {
        let textFormats = request.formats.filter { $0 != .parquet }
        for file in data {
            try fromTables { () throws(TableFailure) in
                try file.append(part, textPlace: textFormats.firstIndex(of: file.format) ?? 0)
            }
        }
        for (name, bytes) in part.files { try folder.write(bytes, to: name) }
        for (name, sum) in part.totals.sums { checkpoint.totals.sums[name, default: 0] += sum }
        checkpoint.fileCount += part.files.count
        checkpoint.nextPart += 1
    }

    mutating func save() throws(DatasetFailure) {
        var marks: [Checkpoint.Mark] = []
        for file in data {
            marks.append(try fromTables { () throws(TableFailure) in try file.mark(nextPart: checkpoint.nextPart) })
        }
        checkpoint.marks = marks
        try fromFiles { () throws(FileFailure) in
            if checkpoint.fileCount > 0 { try Files.syncAll(below: folder.partial) }
            try checkpoint.write(in: folder.partial)
        }
    }

    func finish() throws(DatasetFailure) {
        for file in data { try fromTables { () throws(TableFailure) in try file.finish() } }
        try folder.write(manifest.schemaJSON(), to: DatasetFolder.schemaName)
        try folder.write(
            Array(manifest.card(data: data, totals: checkpoint.totals).utf8), to: DatasetFolder.cardName)
        let digests = try Work.digests(folder.partial, below: "")
        try folder.write(
            manifest.json(files: digests, data: data, totals: checkpoint.totals), to: DatasetFolder.manifestName)
        try folder.finish()
    }

    /// Every file's sum, in the order of the names.
    private static func digests(_ folder: String, below: String) throws(DatasetFailure) -> [Manifest.File] {
        var found: [Manifest.File] = []
        for name in try fromFiles({ () throws(FileFailure) in try Files.entries(of: "\(folder)/\(below)") }) {
            let path = below + name
            if name.hasPrefix(".") || path == DatasetFolder.manifestName { continue }
            if Files.isFolder("\(folder)/\(path)") {
                found += try digests(folder, below: path + "/")
            } else {
                found.append(
                    try fromFiles { () throws(FileFailure) in
                        Manifest.File(
                            path: path, bytes: try Files.size("\(folder)/\(path)"),
                            sha256: try SHA256.ofFile("\(folder)/\(path)"))
                    })
            }
        }
        return found
    }
}

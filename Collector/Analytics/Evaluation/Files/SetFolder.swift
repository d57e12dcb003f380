import Runtime

/// Finds the files of a set below a folder.
struct SetFolder {
    let path: String

    /// `path` itself, or the folder below it in which the set as published keeps its data.
    init(_ path: String, published: [String] = []) throws(EvaluationFailure) {
        guard Files.isFolder(path) else {
            throw EvaluationFailure(path, Files.exists(path) ? "is not a folder" : "there is no such folder")
        }
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.path = published.map { "\(trimmed)/\($0)" }.first { Files.isFolder($0) } ?? trimmed
    }

    /// The files below the folder whose name ends so, in order; hidden ones are left out.
    func files(ending: String) throws(EvaluationFailure) -> [String] {
        var found: [String] = []
        try SetFolder.collect(path, ending, depth: 0, &found)
        return found
    }

    private static let maxDepth = 8

    private static func collect(
        _ folder: String, _ ending: String, depth: Int, _ found: inout [String]
    ) throws(EvaluationFailure) {
        let names: [String]
        do {
            names = try Files.entries(of: folder)
        } catch {
            throw EvaluationFailure("\(error)")
        }
        for name in names where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            if Files.isFolder(path) {
                if depth < maxDepth { try collect(path, ending, depth: depth + 1, &found) }
            } else if name.hasSuffix(ending) {
                found.append(path)
            }
        }
    }

    /// The nearest file of that name: in the folder, in `beside` of it, or upwards from there.
    func nearest(_ name: String, beside: String) -> String? {
        var folder = path
        for _ in 0..<5 {
            for candidate in ["\(folder)/\(name)", "\(folder)/\(beside)/\(name)"] where Files.exists(candidate) {
                return candidate
            }
            folder += "/.."
        }
        return nil
    }

    /// The last folder and the name of a path: `realTraffic/speed_7578.csv`.
    static func key(_ path: String) -> String {
        "\(Files.name(of: Files.folder(of: path)))/\(Files.name(of: path))"
    }
}

import Glibc

/// The inputs of a fuzz target, in Tests/Fuzz: its corpus, and whatever it once found.
public enum FuzzInputs {
    public enum Folder: String, Sendable, CaseIterable {
        case corpus = "Corpus"
        case crashers = "Crashers"
    }

    /// Every input of a target with its file's name. A corpus must not be empty; there need be no crashers.
    public static func all(_ target: String, _ folder: Folder) throws -> [(name: String, bytes: [UInt8])] {
        let tests = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
        let path = "\(tests)/Fuzz/\(folder.rawValue)/\(target)"
        let inputs = try folderEntries(path).filter { !$0.hasPrefix(".") }.sorted().map { name in
            guard let bytes = fileBytes("\(path)/\(name)") else { throw SupportFailure("cannot read \(path)/\(name)") }
            return (name, bytes)
        }
        guard folder == .crashers || !inputs.isEmpty else { throw SupportFailure("\(path) is empty") }
        return inputs
    }
}

import Glibc
import Runtime
import Sparkplug

/// Remembers the bdSeq of the last CONNECT over restarts, as the standard demands: stored before it is used.
struct BirthDeathFile {
    let path: String

    /// The next number, stored. A file that cannot be read counts as none.
    func advance() throws(FileFailure) -> UInt8 {
        let previous = (try? Files.read(path, maxBytes: 8)).flatMap {
            UInt8(String(decoding: $0, as: UTF8.self).filter(\.isNumber))
        }
        let next = BirthDeathSequence.following(previous)
        try Files.writeAtomically(Array("\(next)\n".utf8), to: path)
        return next
    }
}

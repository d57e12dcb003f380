import CSystem
import Glibc

/// Gives back memory that only the start needed.
public enum Footprint {
    /// Drops the pages of program code that have been touched so far, and free heap. Code pages are never changed, so
    /// those still in use come back from the page cache on the next touch. What remains resident is what the program
    /// really works with: of a small program, less than half.
    public static func release() {
        csystem_trim_heap()
        guard let maps = try? Files.read("/proc/self/maps", maxBytes: 1 << 20) else { return }
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            // Executable, not writable, private, of a file: exactly the code.
            guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }).hasPrefix("/") else {
                continue
            }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, ends[0] < ends[1], let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else {
                continue
            }
            _ = madvise(start, Int(ends[1] - ends[0]), MADV_DONTNEED)
        }
    }
}

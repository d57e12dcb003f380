import Glibc

/// What this process uses of the machine.
public struct ResourceUse: Sendable, Equatable {
    /// Memory that is resident.
    public let rssBytes: Int64
    /// Processor time of all threads since the start.
    public let cpuNs: Int64
    public let threads: Int
    public let openFiles: Int

    /// As the kernel counts now; 0 for what it does not tell.
    public static func now() -> ResourceUse {
        var cpu = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu)
        let pages = (try? Files.read("/proc/self/statm", maxBytes: 4096)).flatMap { secondNumber($0) } ?? 0
        return ResourceUse(
            rssBytes: pages * Int64(sysconf(CInt(_SC_PAGESIZE))),
            cpuNs: Int64(cpu.tv_sec) * 1_000_000_000 + Int64(cpu.tv_nsec),
            threads: entries("/proc/self/task"),
            openFiles: max(entries("/proc/self/fd") - 1, 0))  // one of them reads the folder
    }

    /// Raises the number of files and sockets that may be open to `wanted`, or as far as allowed; returns it.
    @discardableResult
    public static func raiseOpenFileLimit(to wanted: Int) throws(SystemFailure) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw SystemFailure("cannot read the limit of open files")
        }
        let target = min(rlim_t(max(wanted, 0)), limit.rlim_max)
        if target > limit.rlim_cur {
            limit.rlim_cur = target
            guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
                throw SystemFailure("cannot raise the limit of open files to \(target)")
            }
        }
        return Int(clamping: limit.rlim_cur)
    }

    private static func secondNumber(_ bytes: [UInt8]) -> Int64? {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 2)
        return words.count > 1 ? Int64(words[1]) : nil
    }

    private static func entries(_ path: String) -> Int {
        guard let folder = opendir(path) else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count
    }
}

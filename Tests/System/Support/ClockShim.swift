import Glibc
import TestSupport

/// Wall clocks that a test can step, one for each program: a library loaded before libc adds an offset, read from a
/// file at every call, to what the program is told. The monotonic clock is left alone, as a real step leaves it.
final class ClockShim: Sendable {
    private let folder: TemporaryFolder
    private let library: String

    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        static const volatile int64_t *offset_seconds;
        __attribute__((constructor)) static void start(void) {
            const char *path = getenv("CLOCK_OFFSET_FILE");
            int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *memory = mmap(NULL, 8, PROT_READ, MAP_SHARED, file, 0);
            close(file);
            if (memory != MAP_FAILED) offset_seconds = memory;
        }
        int clock_gettime(clockid_t clock, struct timespec *time) {
            int code = (int)syscall(SYS_clock_gettime, clock, time);
            if (code == 0 && offset_seconds && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
                time->tv_sec += *offset_seconds;
            return code;
        }
        int gettimeofday(struct timeval *time, void *zone) {
            (void)zone;
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            time->tv_sec = now.tv_sec;
            time->tv_usec = now.tv_nsec / 1000;
            return 0;
        }
        time_t time(time_t *out) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (out) *out = now.tv_sec;
            return now.tv_sec;
        }
        """

    init() throws {
        folder = try TemporaryFolder("clock")
        library = try Preload.compile(ClockShim.source, in: folder)
    }

    /// A clock for one program, going right at first.
    func clock(_ name: String) throws -> ProgramClock {
        let path = folder.path(name)
        let clock = try ProgramClock(path: path, library: library)
        clock.step(seconds: 0)
        return clock
    }
}

/// The wall clock of one program.
final class ProgramClock: Sendable {
    /// For the program's environment.
    let environment: [String: String]
    private let file: CInt

    fileprivate init(path: String, library: String) throws {
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SupportFailure("cannot make the clock file \(path)") }
        environment = ["LD_PRELOAD": library, "CLOCK_OFFSET_FILE": path]
    }

    deinit { close(file) }

    /// How far the clock is ahead of the true one, from now on.
    func step(seconds: Int64) {
        var offset = seconds
        pwrite(file, &offset, 8, 0)
    }

    /// Seconds to add so that the program sees the first days of 1970.
    static func backTo1970() -> Int64 { -Int64(time(nil)) + 3_600 }
}

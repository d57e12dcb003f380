import Glibc

/// What the user asked for, on stdout.
public enum StandardOutput {
    /// Writes all of it. A reader that has gone away (`| head`) has seen enough and is no failure; a disk that is full
    /// is one.
    public static func write(_ text: String) throws(SystemFailure) {
        let code = Descriptor.write(Array(text.utf8), to: 1)
        guard code == 0 || code == EPIPE else { throw SystemFailure("cannot write the output", code: code) }
    }

    /// Writes the whole output of a command and says how the program ends.
    public static func finish(_ text: String) -> ExitCode {
        do {
            try write(text)
            return .success
        } catch {
            StandardError.write("\(error)\n")
            return .failure
        }
    }
}

/// Talk to the user, on stderr.
public enum StandardError {
    /// What cannot be written there is lost: there is nowhere left to say so.
    public static func write(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: 2) }
}

enum Descriptor {
    /// Writes everything, as few calls as it takes; 0, or the errno that ended it. SIGPIPE must be ignored.
    static func write(_ bytes: [UInt8], to fd: CInt) -> CInt {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var wait = pollfd(fd: fd, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, 1000)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}

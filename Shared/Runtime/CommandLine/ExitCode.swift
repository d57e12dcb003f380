/// How a program ends.
public enum ExitCode: CInt, Sendable {
    case success = 0
    /// It could not do what was asked.
    case failure = 1
    /// What was asked is wrong: the command line or the configuration.
    case usage = 2
    /// It can be tried again later (sysexits' EX_TEMPFAIL).
    case temporaryFailure = 75
    /// Ended by a second Ctrl-C.
    case interrupted = 130
}

public import Runtime
public import Tables

/// Why a dataset could not be made or read.
public enum DatasetFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was asked for is impossible; in words that name the option or the field and what to do.
    case usage(String)
    case config(ConfigFailure)
    case file(FileFailure)
    case table(TableFailure)
    case system(SystemFailure)
    /// Anything else; in words that say what, where and what to do.
    case failed(String)

    public var description: String {
        switch self {
        case .usage(let text), .failed(let text): text
        case .config(let failure): failure.description
        case .file(let failure): failure.description
        case .table(let failure): failure.description
        case .system(let failure): failure.description
        }
    }

    /// How a program ends with it.
    public var exitCode: ExitCode {
        switch self {
        case .usage, .config: .usage
        case .file, .table, .system, .failed: .failure
        }
    }
}

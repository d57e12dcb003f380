import Runtime
final class ProcessLock { struct Failure: Error {}; init(path: String) throws(Failure) {} }
enum Sabotage { case synchronousNormal, noEpoch; static func isOn(_ s: Sabotage) -> Bool { false } }

/// A weight that the configuration gives to a signal instead of its kind's.
public struct HealthWeight: Sendable, Equatable {
    /// `AssetKind.id`, or the public name of one asset.
    public enum Scope: Sendable, Equatable {
        case kind(String), asset(String)
    }

    public let scope: Scope
    public let signal: String
    /// As in the kind's descriptor: what counts is its ratio to the kind's largest weight, 2 at most.
    public let weight: Double

    public init(_ scope: Scope, signal: String, weight: Double) {
        self.scope = scope
        self.signal = signal
        self.weight = weight
    }

    /// Those that hold for an asset, by signal; what is said of the asset itself goes before what is said of its kind.
    public static func of(_ weights: [HealthWeight], kind: String, asset: String) -> [String: Double] {
        var found: [String: Double] = [:]
        for scope in [Scope.kind(kind), .asset(asset)] {
            for weight in weights where weight.scope == scope { found[weight.signal] = weight.weight }
        }
        return found
    }
}

import Analytics
import Assets
import Model
import Runtime

extension CollectorConfig {
    private static let mostWeights = 1_000

    /// The list `weights` of the section `health`: each of a kind's or of one asset's signal.
    static func healthWeights(_ section: ConfigReader?) -> [HealthWeight] {
        guard let section else { return [] }
        let items = section.sectionList("weights")
        if items.count > mostWeights { section.fail("weights", "must be at most \(mostWeights)") }
        var weights: [HealthWeight] = []
        for item in items.prefix(mostWeights) {
            let signal = item.string("signal", maxBytes: 128)
            let weight = item.double("weight", in: 0...1_000)
            if item.has("kind") == item.has("asset") {
                item.fail("kind", "give either `kind` or `asset`, the public name of one")
                continue
            }
            let scope: HealthWeight.Scope
            if item.has("kind") {
                let id = item.choice("kind", of: AssetCatalog.all.map(\.id))
                let known = AssetCatalog[id]?.groups.flatMap(\.signals).map(\.name) ?? []
                if !known.isEmpty, !signal.isEmpty, !known.contains(signal) {
                    let hint = NearestName.hint(for: signal, in: known)
                    item.fail("signal", "is no signal of a \(id): \(Text.quoted(signal))\(hint)")
                }
                scope = .kind(id)
            } else {
                scope = .asset(item.string("asset", maxBytes: 256))
            }
            if weights.contains(where: { $0.scope == scope && $0.signal == signal }) {
                item.fail("signal", "has a weight already: \(Text.quoted(signal))")
            }
            weights.append(HealthWeight(scope, signal: signal, weight: weight))
        }
        return weights
    }
}

extension HealthWeight {
    /// For the audit: the scope in words.
    var scopeText: String {
        switch scope {
        case .kind(let id): "kind \(id)"
        case .asset(let id): "asset \(id)"
        }
    }
}

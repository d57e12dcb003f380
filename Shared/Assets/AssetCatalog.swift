public import Model

/// Every kind of asset the product knows. A new kind is one folder beside this file and one word in this list.
public enum AssetCatalog {
    public static let all: [AssetKind] = [.candu, .smr, .caster, .tailings]

    public static subscript(id: String) -> AssetKind? { all.first { $0.id == id } }
}

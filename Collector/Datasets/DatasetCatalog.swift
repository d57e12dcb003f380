/// Every kind of dataset there is.
public enum DatasetCatalog {
    public static let all: [any DatasetKind.Type] = [CasterDataset.self]

    /// The kind of a name.
    public static subscript(name: String) -> (any DatasetKind.Type)? { all.first { $0.name == name } }
}

/// Every kind of dataset there is.
public enum DatasetCatalog {
    public static let all: [any DatasetKind.Type] = []

    /// The kind of a name.
    public static subscript(name: String) -> (any DatasetKind.Type)? { all.first { $0.name == name } }
}

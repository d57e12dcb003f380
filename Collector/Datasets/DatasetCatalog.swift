/// Every kind of dataset there is.
public enum DatasetCatalog {
    public static let all: [any DatasetKind.Type] = [
        CasterDataset.self, ReactorDataset<CanduReactor>.self, ReactorDataset<SmallModularReactor>.self,
        MonitoringDataset.self, DocumentsDataset.self, ComplianceDataset.self, GeotechnicalDataset.self,
        EnvironmentalDataset.self, FinancialDataset.self,
    ]

    /// The kind of a name.
    public static subscript(name: String) -> (any DatasetKind.Type)? { all.first { $0.name == name } }
}

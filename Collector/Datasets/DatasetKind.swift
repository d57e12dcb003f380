public import Runtime
public import Tables

/// A kind of dataset that `bellwether-dataset` can generate, check and describe.
///
/// To add one: a folder `Collector/Datasets/<Kind>` with a value type that conforms to this, and one word in
/// `DatasetCatalog.all`. Command line, folder, manifest, schema, data card, resuming, preview, validation and quality
/// report follow from it.
///
/// A dataset is made of parts that know nothing of each other: `generate(part:)` must give the same for the same
/// request and number, whoever calls it, in whatever order, on whatever thread (all randomness by
/// `SeededRandom(seed:stream:)` with the part in the stream). That is why the same seed gives the same bytes with any
/// number of jobs, and why an interrupted run can go on where it was.
///
/// A part should be worth a row group of its own (some ten thousand rows of its largest table) and small enough to be
/// held in memory by every job: a cast or some casts, a thousand documents.
public protocol DatasetKind: Sendable {
    /// What `--kind` calls it.
    static var name: String { get }
    /// One line for the list of kinds.
    static var summary: String { get }
    /// Which of the numbers of the command line it takes; one that is not here is refused.
    static var parameters: [DatasetParameter] { get }
    /// What `bellwether-dataset config --kind` prints: a complete configuration file with comments. Nil when the kind
    /// takes none.
    static var sampleConfig: String? { get }

    /// Checks the request and loads its configuration file. The numbers are there and within the parameters' ranges.
    init(_ request: DatasetRequest) throws(DatasetFailure)

    /// The tables, each of which becomes a file (or one of each format).
    var tables: [TableSchema] { get }
    /// At least 1.
    var partCount: Int { get }
    /// Adds the rows of one part to the tables, and its other files. Called by several threads at once.
    func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure)
    /// Writes the members of the JSON object that says with what the dataset was made: every setting in effect, also
    /// those that were not given. It stands in the manifest, and `check` must need nothing else.
    func writeConfiguration(_ json: inout JSONWriter)
    /// What the data card says about a dataset with these totals.
    func card(_ totals: DatasetTotals) -> DatasetCard

    /// Holds a written dataset against the kind's own rules, from its files alone: labels that follow from other
    /// columns are computed again, references must resolve.
    static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck]
    /// What the quality report shows beside the distributions of every column.
    static var reportPlan: ReportPlan { get }
}

extension DatasetKind {
    public static var sampleConfig: String? { nil }
    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] { [] }
    public static var reportPlan: ReportPlan { ReportPlan() }
    public func writeConfiguration(_ json: inout JSONWriter) {}
}

/// A whole number that the command line gives to a kind.
public struct DatasetParameter: Sendable, Equatable {
    public enum Name: String, Sendable, CaseIterable {
        case count, minutes, interval, facilities
    }

    public let name: Name
    /// What is counted, in the plural: "casts".
    public let what: String
    public let range: ClosedRange<Int>
    public let standard: Int

    public init(_ name: Name, _ what: String, in range: ClosedRange<Int>, standard: Int) {
        self.name = name
        self.what = what
        self.range = range
        self.standard = standard
    }
}

/// What somebody wants to have generated.
public struct DatasetRequest: Sendable, Equatable {
    /// All of the kind's parameters, within their ranges.
    public let numbers: [DatasetParameter.Name: Int]
    public let seed: UInt64
    /// In the order parquet, csv, json; at least one.
    public let formats: [TableFormat]
    public let configPath: String?

    public init(
        numbers: [DatasetParameter.Name: Int], seed: UInt64, formats: [TableFormat] = [.parquet],
        configPath: String? = nil
    ) {
        self.numbers = numbers
        self.seed = seed
        self.formats = formats
        self.configPath = configPath
    }

    /// A parameter that the kind has.
    public subscript(name: DatasetParameter.Name) -> Int { numbers[name] ?? 0 }
}

/// Sums over all parts, by name, such as "casts" and "casts with defects". They stand in the manifest.
public struct DatasetTotals: Sendable, Equatable {
    public internal(set) var sums: [String: Double] = [:]

    public init() {}

    public subscript(name: String) -> Double { sums[name] ?? 0 }
}

/// What a data card says beside files, columns and how to make the dataset again, which every card has.
public struct DatasetCard: Sendable, Equatable {
    /// Such as "Continuous casting: 1,000 casts with defects".
    public var title: String
    /// What is in it and what it is for.
    public var summary: String
    /// Further sections in Markdown, such as "Labels" and "Limits".
    public var sections: [(title: String, text: String)]

    public init(title: String, summary: String, sections: [(title: String, text: String)] = []) {
        self.title = title
        self.summary = summary
        self.sections = sections
    }

    public static func == (left: DatasetCard, right: DatasetCard) -> Bool {
        left.title == right.title && left.summary == right.summary
            && left.sections.elementsEqual(right.sections) { $0 == $1 }
    }
}

/// One rule that a dataset was held against.
public struct DatasetCheck: Sendable, Equatable {
    /// Such as "surface-crack flag follows from the mould level".
    public let rule: String
    public let agreed: Int
    public let looked: Int
    /// The first that disagreed, in words; empty when all agreed.
    public let example: String

    public init(_ rule: String, agreed: Int, of looked: Int, example: String = "") {
        self.rule = rule
        self.agreed = agreed
        self.looked = looked
        self.example = example
    }

    public var isKept: Bool { agreed == looked }
}

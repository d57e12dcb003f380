/// What a quality report shows of a kind beside every column's range and distribution.
public struct ReportPlan: Sendable {
    /// Columns over time: a table whose rows are in the order of time within each group (cast, facility).
    public struct Series: Sendable {
        public let table: String
        public let time: String
        /// The column that tells the groups apart.
        public let group: String
        /// The columns to plot; empty: all numbers.
        public let columns: [String]
        /// In a long table, the column with the sensors' names, and the one with their values.
        public let sensor: String?
        public let value: String?

        public init(
            table: String, time: String, group: String, columns: [String] = [], sensor: String? = nil,
            value: String? = nil
        ) {
            self.table = table
            self.time = time
            self.group = group
            self.columns = columns
            self.sensor = sensor
            self.value = value
        }
    }

    /// Two columns of one table that must move together (or against each other).
    public struct Correlation: Sendable {
        public let table: String
        public let first: String
        public let second: String
        /// Where their correlation coefficient is expected.
        public let expected: ClosedRange<Double>

        public init(table: String, _ first: String, _ second: String, expected: ClosedRange<Double>) {
            self.table = table
            self.first = first
            self.second = second
            self.expected = expected
        }
    }

    /// A flag whose share is expected within a range, such as casts with defects.
    public struct Share: Sendable {
        public let table: String
        public let flag: String
        /// The member of the manifest's configuration that holds the share that was asked for.
        public let expectedMember: String?
        public let expected: ClosedRange<Double>

        public init(table: String, flag: String, expectedMember: String? = nil, expected: ClosedRange<Double>) {
            self.table = table
            self.flag = flag
            self.expectedMember = expectedMember
            self.expected = expected
        }
    }

    public var series: Series?
    public var correlations: [Correlation]
    public var shares: [Share]
    /// The table and the column by which the gallery picks one group of each label, such as casts and "defect_type";
    /// its rows name their group in the column of the same name as in `series`.
    public var gallery: (table: String, label: String)?

    public init(
        series: Series? = nil, correlations: [Correlation] = [], shares: [Share] = [],
        gallery: (table: String, label: String)? = nil
    ) {
        self.series = series
        self.correlations = correlations
        self.shares = shares
        self.gallery = gallery
    }
}

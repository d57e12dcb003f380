/// How much of a record set is asked for.
struct RecordRequest: Sendable, Equatable {
    static let mostRecords = 100_000_000
    static let mostFacilities = 10_000

    let count: Int
    let facilities: Int
    let seed: UInt64

    /// Nil unless there is at least one record and one facility, and no more than can be made.
    init?(count: Int, facilities: Int, seed: UInt64) {
        guard (1...RecordRequest.mostRecords).contains(count), (1...RecordRequest.mostFacilities).contains(facilities)
        else { return nil }
        self.count = count
        self.facilities = facilities
        self.seed = seed
    }

    /// How many of the records are a facility's: as even as can be, the first ones get what is left over.
    func count(of facility: Int) -> Int { count / facilities + (facility < count % facilities ? 1 : 0) }
}

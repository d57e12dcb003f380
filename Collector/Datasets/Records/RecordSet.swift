/// What the record sets of tailings facilities have in common: so many records of so many facilities.
struct RecordSet: Sendable {
    let request: RecordRequest
    let facilities: [Facility]
    let parts: FacilityParts

    static let parameters = [
        DatasetParameter(.count, "records", in: 1...RecordRequest.mostRecords, standard: 1000),
        DatasetParameter(.facilities, "facilities", in: 1...RecordRequest.mostFacilities, standard: 5),
    ]

    init(_ request: DatasetRequest) throws(DatasetFailure) {
        let (count, facilities) = (request[.count], request[.facilities])
        guard let asked = RecordRequest(count: count, facilities: facilities, seed: request.seed) else {
            throw .usage(
                """
                \(count) records of \(facilities) facilities cannot be made: give --count 1 to \
                \(RecordRequest.mostRecords) and --facilities 1 to \(RecordRequest.mostFacilities)
                """)
        }
        self.request = asked
        self.facilities = Facility.all(asked)
        parts = FacilityParts(asked)
    }

    /// Every set carries all facilities, in its first part.
    func appendFacilities(part: Int, at place: Int, to output: inout DatasetPart) throws(DatasetFailure) {
        guard part == 0 else { return }
        var rows = RowBuffer(Facility.table, at: place)
        try rows.append(facilities, to: &output)
        try rows.flush(to: &output)
        output.total("facilities", Double(facilities.count))
    }
}

extension DatasetCard {
    /// What every card of a record set ends with.
    static let invented = (
        title: "Invented",
        text: """
        Facilities, firms and people do not exist: facilities are named from mining terms, people from syllables. \
        The same seed and number of facilities give the same facilities in every record set, so that sets can be \
        joined on `facility_id`.
        """
    )
}

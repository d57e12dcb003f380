/// Some consecutive records of one facility.
struct RecordSlice: Sendable, Equatable {
    let facility: Int
    /// Which of the facility's records.
    let records: Range<Int>
    /// The first one's number in the whole set, from 0.
    let firstNumber: Int
    /// Slices of a facility are independent of each other; this tells them apart.
    let chunk: Int

    /// The number in the set of a facility's record.
    func number(of record: Int) -> Int { firstNumber + record - records.lowerBound }

    /// Names the slice's random sequence.
    var stream: Int { facility << 24 | chunk }
}

/// Cuts a record set into parts of some ten thousand records: several facilities, or a slice of one.
struct FacilityParts: Sendable {
    /// A multiple of what belongs together: eight samples of a borehole, six stations, six hundred months.
    static let sliceRecords = 9600
    let request: RecordRequest
    private let facilitiesPerPart: Int
    private let slicesPerFacility: Int

    init(_ request: RecordRequest) {
        self.request = request
        let each = request.count(of: 0)
        facilitiesPerPart = max(FacilityParts.sliceRecords / max(each, 1), 1)
        slicesPerFacility = max((each + FacilityParts.sliceRecords - 1) / FacilityParts.sliceRecords, 1)
    }

    var count: Int {
        (request.facilities + facilitiesPerPart - 1) / facilitiesPerPart * slicesPerFacility
    }

    subscript(part: Int) -> [RecordSlice] {
        if slicesPerFacility > 1 {
            let (facility, chunk) = (part / slicesPerFacility, part % slicesPerFacility)
            let all = request.count(of: facility)
            let start = min(chunk * FacilityParts.sliceRecords, all)
            return [slice(facility, start..<min(start + FacilityParts.sliceRecords, all), chunk)]
        }
        let first = part * facilitiesPerPart
        return (first..<min(first + facilitiesPerPart, request.facilities)).map { facility in
            slice(facility, 0..<request.count(of: facility), 0)
        }
    }

    private func slice(_ facility: Int, _ records: Range<Int>, _ chunk: Int) -> RecordSlice {
        // The first facilities have one record more than the others.
        let before =
            request.count / request.facilities * facility + min(facility, request.count % request.facilities)
        return RecordSlice(
            facility: facility, records: records, firstNumber: before + records.lowerBound, chunk: chunk)
    }
}

import Assets
import Model

/// What is known of one document, without the document.
struct DocumentRow: Sendable {
    let id: String
    let facility: String
    let type: DocumentType
    let number: String
    let title: String
    let organisation: String
    let author: String
    let date: CalendarDate
    let version: String
    /// The document of which this is a new version.
    let supersedes: String?
    let pages: Int
    let bytes: Int
    let isWord: Bool
    let access: Int

    static let accesses = ["public", "internal", "restricted"]

    static let table = RecordTable<DocumentRow>(
        "documents", "What is known of each document about a facility; there are no documents behind it.",
        [
            .text("document_id", "Identifier, unique in the set") { $0.id },
            .text("facility_id", "The facility that it is about") { $0.facility },
            .text("document_number", "Number of the document; its versions share it") { $0.number },
            .text("title", "Title") { $0.title },
            .category("document_type", DocumentType.all.map(\.name), "What kind of document it is") { row in
                DocumentType.all.firstIndex { $0.code == row.type.code } ?? 0
            },
            .word("category", "What it is filed under") { $0.type.category },
            .text("organisation", "Who issued it, invented") { $0.organisation },
            .text("author", "Who signed it, invented") { $0.author },
            .time("issued", "Date of issue") { $0.date.ms },
            .text("version", "Version") { $0.version },
            .optionalText("supersedes", "The document of which this is a later version") { $0.supersedes },
            .integer("pages", "Pages", range: 1...5000) { $0.pages },
            .integer("size_bytes", unit: "By", "Size of the file; follows the pages", range: 1...1e10) { $0.bytes },
            .text("file_name", "Name of the file") { "\($0.number)_v\($0.version)\($0.isWord ? ".docx" : ".pdf")" },
            .category("access", accesses, "Who may read it") { $0.access },
        ])
}

/// The documents of one facility, in the order in which they were filed. The first one is its emergency plan, if there
/// is any.
struct Documents: IteratorProtocol {
    private struct Latest {
        let id: String
        let number: String
        let version: Int
        let date: CalendarDate
    }

    private let facility: Facility
    private let slice: RecordSlice
    private var random: SeededRandom
    private var latest: [Int: Latest] = [:]
    private var issued = Array(repeating: 0, count: DocumentType.all.count)
    private var record: Int
    private let reviewer: String
    private let laboratory: String

    init(_ facility: Facility, _ slice: RecordSlice, seed: UInt64) {
        self.facility = facility
        self.slice = slice
        record = slice.records.lowerBound
        random = SeededRandom(seed: seed, .documents, slice.stream)
        reviewer = SyntheticNames.engineers(&random)
        laboratory = SyntheticNames.laboratory(&random)
    }

    mutating func next() -> DocumentRow? {
        guard record < slice.records.upperBound else { return nil }
        let place = nextType()
        let type = DocumentType.all[place]
        let id = "D-\((slice.number(of: record) + 1).padded(7))"
        record += 1
        let before = type.isLiving ? latest[place] : nil
        let date = before.map { $0.date + random.integer(200...600) } ?? firstDate(isPlan: place == 0)
        if before == nil { issued[place] += 1 }
        let number = before?.number ?? "\(facility.id)-\(type.code)-\((slice.chunk * 10_000 + issued[place]).padded(5))"
        let version = (before?.version ?? 0) + 1
        if type.isLiving { latest[place] = Latest(id: id, number: number, version: version, date: date) }

        let pages = max(Int((type.pages * Maths.exp(type.spread * random.normal())).rounded()), 1)
        let bytes = Double(pages) * type.bytesPerPage * Maths.exp(0.22 * random.normal()) + 20_000
        let (organisation, author) = issuer(of: type)
        return DocumentRow(
            id: id, facility: facility.id, type: type, number: number,
            title: "\(type.name) \(date.year), \(facility.name)", organisation: organisation, author: author,
            date: date, version: "\(version).0", supersedes: before?.id, pages: pages, bytes: Int(bytes),
            isWord: random.unit() < 0.15, access: random.weighted([0.1, 0.65, 0.25]))
    }

    private mutating func nextType() -> Int {
        if record == 0, facility.hasEmergencyPlan { return DocumentType.emergencyPlan }
        while true {
            let place = random.weighted(DocumentType.all.map(\.weight))
            // What is not there is not there; and the next version of a young document is not due yet.
            if place == DocumentType.emergencyPlan, !facility.hasEmergencyPlan || slice.chunk > 0 { continue }
            if let last = latest[place], last.date + 600 > CalendarDate.today { continue }
            return place
        }
    }

    private mutating func firstDate(isPlan: Bool) -> CalendarDate {
        let days = CalendarDate.today.day - facility.commissioned.day - 1
        // A plan that is in force has been looked at within ten years.
        return CalendarDate.today + (-1 - random.below(isPlan ? min(days, 3650) : days))
    }

    private mutating func issuer(of type: DocumentType) -> (organisation: String, author: String) {
        switch type.author {
        case .owner: (facility.owner, facility.responsibleEngineer)
        case .engineerOfRecord: (facility.engineerOfRecordFirm, facility.engineerOfRecord)
        case .reviewer: (reviewer, SyntheticNames.person(&random))
        case .laboratory: (laboratory, SyntheticNames.person(&random))
        case .authority: ("Inspectorate of dams, \(facility.jurisdiction.rawValue)", SyntheticNames.person(&random))
        }
    }
}

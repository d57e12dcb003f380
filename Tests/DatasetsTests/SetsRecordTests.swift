import Assets
import Tables
import TestSupport
import Testing

@testable import Datasets

/// The record sets' generators, without files. What follows from other columns is checked by Python, on the files.
@Suite(.timeLimit(.minutes(10))) struct SetsRecordTests {
    /// The last one is cut within a facility.
    private static let sizes = [(1, 1), (3, 10), (100, 4), (700, 3), (9700, 1)]

    private func request(_ size: (Int, Int), seed: UInt64) throws -> RecordRequest {
        try #require(RecordRequest(count: size.0, facilities: size.1, seed: seed))
    }

    /// Every facility's rows from an iterator that is made for it.
    private func rows<Rows: IteratorProtocol>(
        _ request: RecordRequest, _ make: (Facility, RecordSlice) -> Rows
    ) -> [Rows.Element] {
        let (parts, facilities) = (FacilityParts(request), Facility.all(request))
        return (0..<parts.count).flatMap { parts[$0] }.flatMap { slice in
            var rows = make(facilities[slice.facility], slice)
            var all: [Rows.Element] = []
            while let row = rows.next() { all.append(row) }
            return all
        }
    }

    private func expectSound(_ batch: TableBatch, _ schema: TableSchema, count: Int, seed: UInt64) {
        #expect(batch.rowCount == count, "\(schema.name), seed \(seed)")
        #expect(batch.columns.allSatisfy { $0.count == count })
        for (place, (column, values)) in zip(schema.columns, batch.columns).enumerated() {
            #expect(column.isNullable || batch.valid[place] == nil)
            switch values {
            case .numbers(let numbers):
                #expect(
                    numbers.allSatisfy { number in
                        number.isNaN
                            ? column.isNullable : number.isFinite && (column.range?.contains(number) ?? true)
                    }, "\(schema.name).\(column.name), seed \(seed)")
            case .integers(let numbers):
                guard let range = column.range else { continue }
                let valid = batch.valid[place]
                #expect(
                    numbers.indices.allSatisfy { valid?[$0] == false || range.contains(Double(numbers[$0])) },
                    "\(schema.name).\(column.name), seed \(seed)")
            case .categories(let places):
                guard case .category(let words) = column.form else { continue }
                #expect(places.allSatisfy { words.indices.contains(Int($0)) }, "\(schema.name).\(column.name)")
            default: break
            }
        }
    }

    @Test(arguments: sizes) func documents(_ size: (Int, Int)) throws {
        for seed in Seeds.list(fixed: size.0 < 5000 ? 3 : 0) {
            let request = try request(size, seed: seed)
            func make() -> [DocumentRow] {
                rows(request) { Documents($0, $1, seed: seed) }
            }
            let made = make()
            let batch = DocumentRow.table.batch(made)
            expectSound(batch, DocumentRow.table.schema, count: size.0, seed: seed)
            #expect(batch.isSame(as: DocumentRow.table.batch(make())))
            #expect(Set(made.map(\.id)).count == made.count)
            #expect(made.allSatisfy { $0.date < CalendarDate.today })
        }
    }

    @Test(arguments: sizes) func samples(_ size: (Int, Int)) throws {
        for seed in Seeds.list(fixed: size.0 < 5000 ? 3 : 0) {
            let request = try request(size, seed: seed)
            let soil = rows(request) { SoilSamples($0, $1, seed: seed) }
            expectSound(SoilRow.table.batch(soil), SoilRow.table.schema, count: size.0, seed: seed)
            let again = rows(request) { SoilSamples($0, $1, seed: seed) }
            #expect(SoilRow.table.batch(again).isSame(as: SoilRow.table.batch(soil)))
            for row in soil { #expect(row.grains.sumPercent == 100 && row.grains.gravelPercent >= 0) }
            let water = rows(request) { WaterSamples($0, $1, count: request.count(of: $0.index), seed: seed) }
            expectSound(WaterRow.table.batch(water), WaterRow.table.schema, count: size.0, seed: seed)
            #expect(Set(water.map(\.id)).count == size.0)
        }
    }

    /// Six hundred and more months, so that plans are revised.
    @Test(arguments: sizes + [(1300, 1)]) func finances(_ size: (Int, Int)) throws {
        for seed in Seeds.list(fixed: size.0 < 5000 ? 3 : 0) {
            let request = try request(size, seed: seed)
            let books = rows(request) { Finances($0, $1, seed: seed) }
            expectSound(FinanceRow.table.batch(books), FinanceRow.table.schema, count: size.0, seed: seed)
            for row in books where row.phase == .aftercare {
                #expect(row.provision.closing == 0 && row.closureEstimate == 0 && row.capitalTotal == 0)
            }
            for row in books where row.phase == .operation { #expect(row.provision.closing > 0) }
        }
    }

    @Test(arguments: sizes) func assessments(_ size: (Int, Int)) throws {
        for seed in Seeds.list(fixed: size.0 < 5000 ? 3 : 0) {
            let request = try request(size, seed: seed)
            let block = AssessmentBlock(request: request, facilities: Facility.all(request))
            let rows = (0..<AssessmentBlock.count(request)).flatMap { block.rows(block: $0) }
            expectSound(AssessmentRow.table.batch(rows), AssessmentRow.table.schema, count: size.0, seed: seed)
            #expect(Set(rows.map(\.id)).count == rows.count)
            for row in rows {
                #expect(row.nextReview > row.assessed)
                #expect(row.due.map { $0 > row.assessed && $0 <= row.nextReview } ?? !row.isShort)
            }
            guard rows.count >= 40 else { continue }
            func share(_ status: AssessmentRow.Status) -> Double {
                Double(rows.count { $0.status == status }) / Double(rows.count)
            }
            #expect((0.55...0.75).contains(share(.compliant)), "seed \(seed)")
            #expect((0.15...0.30).contains(share(.partial)), "seed \(seed)")
            #expect((0.03...0.10).contains(share(.nonCompliant)), "seed \(seed)")
        }
    }

    /// The standard has 77 requirements, 1.1 to 15.3, in six topics; a round of assessments meets each of them once.
    @Test func allRequirementsAreAssessed() throws {
        let gistm = Requirement.gistm
        #expect(gistm.count == 77 && Set(gistm.map(\.number)).count == 77 && Requirement.count == 100)
        #expect(gistm.first?.number == "1.1" && gistm.last?.number == "15.3")
        #expect(
            (1...15).map { principle in gistm.count { $0.principle == principle } }
                == [4, 4, 4, 8, 8, 6, 5, 7, 5, 7, 5, 2, 4, 5, 3])
        #expect(Set(gistm.map(\.topic)).count == 6)
        #expect(Requirement.all[Requirement.emergencyPlan].number == "13.1")
        let request = try #require(RecordRequest(count: 400, facilities: 4, seed: 5))
        let block = AssessmentBlock(request: request, facilities: Facility.all(request))
        let rows = (0..<10).flatMap { block.rows(block: $0) }
        for facility in 0..<4 {
            #expect(Set(rows.filter { $0.facility.index == facility }.map(\.requirement.number)).count == 100)
        }
    }

    /// Who has no emergency plan is told so first, in whatever size of set.
    @Test func aMissingPlanIsFound() throws {
        var seen = 0
        for seed in UInt64(1)...40 {
            let request = try #require(RecordRequest(count: 20, facilities: 20, seed: seed))
            let facilities = Facility.all(request)
            let rows = AssessmentBlock(request: request, facilities: facilities).rows(block: 0)
            for facility in facilities where !facility.hasEmergencyPlan {
                seen += 1
                let row = try #require(rows.first { $0.facility.index == facility.index })
                #expect(row.status == .nonCompliant && row.finding?.text == Finding.noPlan)
            }
        }
        #expect(seen > 10)
    }

    @Test func soilsAreClassified() {
        func soil(_ fines: Double, _ gravel: Double, _ limit: Double, _ index: Double) -> String {
            SoilMaterial.classification(fines: fines, gravel: gravel, liquidLimit: limit, plasticityIndex: index)
        }
        #expect(soil(90, 0, 60, 35) == "CH" && soil(90, 0, 60, 15) == "MH" && soil(80, 0, 35, 15) == "CL")
        #expect(soil(60, 0, 22, 5) == "CL-ML" && soil(60, 0, 22, 2) == "ML" && soil(30, 5, 22, 2) == "SM")
        #expect(soil(30, 5, 30, 12) == "SC" && soil(3, 60, 20, 0) == "GP" && soil(8, 10, 20, 0) == "SP-SM")
    }

    @Test func datesAreCivil() {
        #expect(CalendarDate(1970, 1, 1).day == 0 && CalendarDate(2000, 3, 1).day == 11_017)
        #expect(CalendarDate(2026, 1, 1).ms == 1_767_225_600_000)
        #expect(CalendarDate(1969, 12, 31).day == -1)
        for year in [1900, 1970, 1999, 2000, 2024, 2100, 2400] {
            let days = [(1, 1), (2, 28), (2, 29), (3, 1), (12, 31)].map { CalendarDate(year, $0.0, $0.1).year }
            #expect(days == Array(repeating: year, count: 5))
        }
    }
}

extension TableBatch {
    /// Equal, bit for bit, missing numbers included.
    func isSame(as other: TableBatch) -> Bool {
        guard valid == other.valid, columns.count == other.columns.count else { return false }
        return zip(columns, other.columns).allSatisfy { left, right in
            if case .numbers(let left) = left, case .numbers(let right) = right {
                return left.elementsEqual(right) { $0.bitPattern == $1.bitPattern }
            }
            return left == right
        }
    }
}

import Assets
import TestSupport
import Testing

@testable import Datasets

@Suite(.timeLimit(.minutes(10))) struct SetsFacilityTests {
    private func facilities(_ count: Int, seed: UInt64) throws -> [Facility] {
        Facility.all(try #require(RecordRequest(count: 1, facilities: count, seed: seed)))
    }

    /// Places and companies that everybody in the trade knows: none of our names may bear one.
    private static let real = [
        "brumadinho", "feijão", "feijao", "fundão", "fundao", "samarco", "germano", "santarém", "mariana", "bento",
        "mount polley", "cadia", "aznalc", "los frailes", "merriespruit", "stava", "buffalo creek", "kingston", "ajka",
        "baia mare", "aurul", "omai", "marcopper", "jagersfontein", "ok tedi", "grasberg", "highland valley",
        "mildred lake", "quebrada blanca", "el torito", "tórtolas", "tortolas", "candelaria", "caserones", "antamina",
        "cerro verde", "kennecott", "bingham", "morenci", "sierrita", "gold king", "red dog", "copper mountain",
        "gibraltar", "brenda", "myra falls", "tom price", "ranger", "olympic dam", "mount isa", "kidston",
        "boddington", "telfer", "rosebery", "ernest henry", "most", "aitik", "kiruna", "kittil", "talvivaara",
        "pyhäsalmi", "obuasi", "tarkwa", "barahona", "el cobre", "el teniente", "chuquicamata", "escondida",
        "collahuasi",
        "pelambres", "andina", "toromocho", "yanacocha", "cuajone", "toquepala", "quellaveco", "carajás", "vargem",
        "vale", "bhp", "rio tinto", "anglo", "glencore", "freeport", "newmont", "barrick", "teck", "codelco", "kghm",
        "boliden", "gold fields", "harmony", "sibanye", "vedanta", "lundin", "polymetal", "norilsk", "cortez",
        "goldstrike", "thompson", "sudbury", "copper cliff", "voisey", "elliot lake", "giant", "faro", "keno", "equity",
        "kemess", "huckleberry", "red chris", "new afton", "endako", "detour", "porcupine", "hemlo", "malartic",
        "mount wright", "carol lake", "century", "mcarthur", "ardlethan", "northparkes", "cowal", "prominent hill",
        "carrapateena", "super pit", "fimiston", "karara", "sino iron", "mufulira", "nchanga", "nkana", "tui", "waihi",
        "macraes", "lihir", "porgera", "panguna", "padcal", "philex", "hpakant", "luoyang", "xiangfen", "zijin",
        "dexing",
    ]

    @Test func namesAreInvented() throws {
        for seed in Seeds.list() {
            let names = try facilities(3000, seed: seed).map(\.name)
            #expect(Set(names).count == names.count, "\(replayHint(seed))")
            for name in names.prefix(1000) {
                let words = name.lowercased()
                #expect(
                    !Self.real.contains { words.split(separator: " ").joined(separator: " ").hasWord($0) }, "\(name)")
            }
        }
    }

    /// Facility 3 is the same among 4 and among 400.
    @Test func facilitiesDoNotDependOnEachOther() throws {
        let (few, many) = (try facilities(4, seed: 9), try facilities(400, seed: 9))
        #expect(few.map(\.name) == Array(many.prefix(4)).map(\.name))
        #expect(few.map(\.outline) == Array(many.prefix(4)).map(\.outline))
        #expect(few.map(\.engineerOfRecord) == Array(many.prefix(4)).map(\.engineerOfRecord))
        #expect(few.map(\.name) != (try facilities(4, seed: 10)).map(\.name))
    }

    @Test func theClassImpliesThePeople() throws {
        var seen = Set<ConsequenceClass>()
        for facility in try facilities(500, seed: 3) {
            let consequence = facility.consequence
            seen.insert(consequence)
            #expect(consequence.population.contains(facility.populationAtRisk))
            #expect(facility.potentialLives <= facility.populationAtRisk)
            #expect(facility.commissioned < CalendarDate.today)
        }
        #expect(seen.count == 5)
        #expect(ConsequenceClass.allCases.map(\.returnPeriodYears) == [200, 1000, 2475, 5000, 10_000])
    }

    /// Every embankment is safe at rest, not absurdly so, and gives no reason to worry.
    @Test func embankmentsAreDesigned() throws {
        for facility in try facilities(12, seed: 77) {
            let design = TailingsDesign(facility.outline)
            let safety = design.restFactorOfSafety
            #expect(safety > 1.55 && safety < 2.8, "\(facility.outline): \(safety)")
            let level = design.plan.level(
                TriggerResponsePlan.Readings(
                    displacementMmPerDay: 0.05, freeboardM: design.crestM - design.restLevelM - TailingsDesign.runUpM,
                    factorOfSafety: safety, phreaticM: design.restPhreaticM, seepageLPerS: design.restSeepageLS,
                    turbidityNTU: 4, rain24hMm: 0))
            #expect(level == 0, "\(facility.outline)")
        }
    }

    @Test func requestsAreBounded() {
        #expect(RecordRequest(count: 0, facilities: 1, seed: 1) == nil)
        #expect(RecordRequest(count: 1, facilities: 0, seed: 1) == nil)
        #expect(RecordRequest(count: -5, facilities: 1, seed: 1) == nil)
        #expect(RecordRequest(count: .max, facilities: 1, seed: 1) == nil)
        #expect(RecordRequest(count: 1, facilities: .max, seed: 1) == nil)
    }

    /// Parts cover every record of every facility once, and the records' numbers follow on.
    @Test(arguments: [
        (1, 1), (1, 7), (3, 10), (10, 3), (1000, 5), (12_345, 97), (100_000, 3), (50_000, 10_000), (9601, 1),
        (19_201, 2),
    ])
    func partsCoverEverything(_ count: Int, _ facilities: Int) throws {
        let request = try #require(RecordRequest(count: count, facilities: facilities, seed: 1))
        let parts = FacilityParts(request)
        var numbers: [Int] = []
        var seen = Set<Int>()
        for part in 0..<parts.count {
            for slice in parts[part] {
                seen.insert(slice.facility)
                numbers += slice.records.map { slice.number(of: $0) }
                #expect(slice.records.upperBound <= request.count(of: slice.facility))
            }
        }
        #expect(numbers == Array(0..<count) && seen.count == facilities)
    }
}

extension String {
    /// Whether the words of `other` stand in it one after the other.
    fileprivate func hasWord(_ other: String) -> Bool {
        let (words, wanted) = (split(separator: " "), other.split(separator: " "))
        guard words.count >= wanted.count else { return false }
        return (0...(words.count - wanted.count)).contains { words[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }
}

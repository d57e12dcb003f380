import Model
import Postgres
import TestSupport
import Testing

@Suite("Multirange", .timeLimit(.minutes(10)))
struct MultirangeTests {
    @Test(arguments: [
        ("{}", SequenceSet()), ("{[1,2)}", SequenceSet(1...1)), ("{[1,4),[6,7)}", SequenceSet([1...3, 6...6])),
        ("{[-5,0)}", SequenceSet(-5...(-1))), ("{[5,)}", SequenceSet(5...Int64.max)),
        ("{(,8)}", SequenceSet(Int64.min...7)), ("{(,)}", SequenceSet(Int64.min...Int64.max)),
    ])
    func textForm(_ text: String, _ set: SequenceSet) {
        #expect(MultirangeText.encode(set) == text)
        #expect(MultirangeText.decode(text) == set)
    }

    @Test(arguments: [
        "", "{", "}", "[1,2)", "{[1,2]}", "{[1,2),}", "{,[1,2)}", "{[1,2)[3,4)}", "{[2,2)}", "{[3,2)}", "{[a,2)}",
        "{[1,2}", "{[,2)}", "{(1,2)}", "{[1,9223372036854775808)}", "{[+1,2)}", "{ [1,2)}", "{[1 ,2)}", "{[1,2,3)}",
    ])
    func hostileText(_ text: String) { #expect(MultirangeText.decode(text) == nil) }

    /// Random sets through the server, in text and binary, with the server's own union as the oracle.
    @Test(arguments: Seeds.list()) func throughTheServer(_ seed: UInt64) async throws {
        try await withDatabase { _, connection in
            var random = SeededRandom(seed: seed)
            for _ in 0..<200 {
                func some() -> SequenceSet {
                    var set = SequenceSet()
                    for _ in 0..<random.below(6) {
                        let base: Int64 = [Int64.min, -50, 0, 50, .max - 60][random.below(5)]
                        let low = base + Int64(random.below(30))
                        set.insert(low...(low + Int64(random.below(30))))
                    }
                    if random.below(8) == 0 { set.insert(.max) }
                    if random.below(8) == 0 { set.insert(.min) }
                    return set
                }
                let (first, second) = (some(), some())
                let rows = try connection.query(
                    "select $1, $1::text, $1 + $2, ($1 + $2)::text", [.sequences(first), .sequences(second)])
                var union = first
                union.formUnion(second)
                let binary: SequenceSet = try rows[0][0]
                let text: String = try rows[0][1]
                let binaryUnion: SequenceSet = try rows[0][2]
                let textUnion: String = try rows[0][3]
                #expect(binary == first, "\(replayHint(seed))")
                #expect(MultirangeText.decode(text) == first, "\(replayHint(seed))")
                #expect(binaryUnion == union, "\(replayHint(seed))")
                #expect(MultirangeText.decode(textUnion) == union, "\(replayHint(seed))")
            }
        }
    }
}

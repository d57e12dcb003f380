import Model
import TestSupport
import Testing

@testable import Runtime

private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var json = JSONWriter()
    body(&json)
    return String(decoding: json.bytes, as: UTF8.self)
}

struct JSONWriterTests {
    @Test func placesCommas() {
        let text = written { json in
            json.object { json in
                json.field("a", 1)
                json.field(
                    "b",
                    array: { json in
                        json.int(-1)
                        json.array { _ in }
                        json.object { _ in }
                        json.null()
                    })
                json.field("c", object: { json in json.field("d", true) })
                json.field("e", nil as String?)
                json.field("f", nil as Int?)
                json.field("g", nil as Double?)
                json.field("h", timeMs: 0)
                json.field("i", timeMs: nil)
                json.key("j")
                json.raw(Array("[1,2]".utf8))
                json.field("k", UInt64.max)
                json.field("l", "x" as String?)
            }
        }
        let expected =
            #"{"a":1,"b":[-1,[],{},null],"c":{"d":true},"e":null,"f":null,"g":null,"h":"1970-01-01T00:00:00.000Z","#
            + #""i":null,"j":[1,2],"k":18446744073709551615,"l":"x"}"#
        #expect(text == expected)
    }

    @Test func appendsAndStartsAgain() {
        var json = JSONWriter(into: Array("data: ".utf8))
        json.int(1)
        #expect(json.bytes == Array("data: 1".utf8))
        json.removeAll()
        json.int(2)
        #expect(json.bytes == Array("2".utf8))
    }

    @Test(arguments: [
        ("", #""""#), ("plain é 🙂", #""plain é 🙂""#), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
        ("\0\u{1F}\u{7F}\u{8}", #""\u0000\u001f\u007f\u0008""#),
        ("a\u{2028}b\u{2029}\u{2027}", "\"a\\u2028b\\u2029\u{2027}\""),
        ("€\u{20AC}", "\"€€\""),
    ])
    func escapes(text: String, json: String) throws {
        #expect(written { $0.string(text) } == json)
    }

    @Test(arguments: [
        (0, "0"), (-0.0, "-0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (123.456, "123.456"), (21.05, "21.05"),
        (0.000001, "1e-06"), (1e300, "1e+300"), (.leastNonzeroMagnitude, "5e-324"),
        (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
        (1_000_000, "1000000"), (999_999_999.5, "999999999.5"), (1e15, "1000000000000000.0"), (0.001, "0.001"),
        (1.0 / 3, "0.3333333333333333"), (0.1 + 0.2, "0.30000000000000004"), (12.000001, "12.000001"),
        (.infinity, "null"), (-.infinity, "null"), (.nan, "null"), (Frame.noValue, "null"),
    ])
    func writesNumbers(value: Double, text: String) {
        #expect(written { $0.double(value) } == text)
    }

    @Test func everyNumberReadsBackAndIsAsShortAsSwiftWrites() {
        var random = SeededRandom(seed: 3)
        func check(_ value: Double) {
            let text = written { $0.double(value) }
            #expect(Double(text)?.bitPattern == value.bitPattern, "\(value)")
            let digits = text.filter { $0 != "." && $0 != "-" }.drop { $0 == "0" }
            let shortest = value.description.filter { $0 != "." && $0 != "-" }.drop { $0 == "0" }
            #expect(digits.count <= shortest.count, "\(text) for \(value)")
        }
        for _ in 0..<20_000 {
            let bits = Double(bitPattern: random.next())
            if bits.isFinite { check(bits) }
            let scale = [1.0, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8][random.below(9)]
            check(Double(random.below(2_000_000_000) - 1_000_000_000) / scale)
            check(Double(random.below(1000)) / scale + 1e-9)
        }
    }

    @Test func writesEveryIntegerType() {
        #expect(written { $0.int(Int64.min) } == "-9223372036854775808")
        #expect(written { $0.int(Int8.min) } == "-128")
        #expect(written { $0.int(UInt8.max) } == "255")
        #expect(written { $0.int(Int128.min) } == "\(Int128.min)")
        #expect(written { $0.int(UInt128.max) } == "\(UInt128.max)")
    }
}

@Suite(.timeLimit(.minutes(10)))
struct JSONTests {
    @Test func readsEveryType() throws {
        let json = try JSON(#" {"a": [1, -2.5, 1e2, true, false, null, "x\n\u00e9\ud83d\ude42"], "b": {"c": {}}} "#)
        #expect(json["a"]?[0]?.int == 1)
        #expect(json["a"]?[0]?.double == 1)
        #expect(json["a"]?[1]?.double == -2.5)
        #expect(json["a"]?[1]?.int == nil)
        #expect(json["a"]?[2]?.double == 100)
        #expect(json["a"]?[3]?.bool == true)
        #expect(json["a"]?[3]?.int == nil)
        #expect(json["a"]?[4]?.bool == false)
        #expect(json["a"]?[5]?.isNull == true)
        #expect(json["a"]?[6]?.string == "x\né🙂")
        #expect(json["a"]?[7] == nil)
        #expect(json["a"]?[-1] == nil)
        #expect(json["a"]?.array?.count == 7)
        #expect(json["b"]?["c"]?.object == [:])
        #expect(json["b"]?["d"] == nil)
        #expect(json[0] == nil)
        #expect(json["a"]?["x"] == nil)
        #expect(json.string == nil && json.double == nil && json.bool == nil && json.array == nil && !json.isNull)
        #expect(try JSON("5") == .int(5))
        #expect(try JSON("9223372036854775807").int == .max)
        #expect(try JSON("-0.0").double?.sign == .minus)
    }

    @Test(arguments: [
        "", " ", "nul", "{", "[1,]", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "[1] 2", "'a'", "{a:1}", "01", "+1", ".5", "1.",
        "NaN", "Infinity", "1e400", "-1e400", "9223372036854775808", "123456789012345678901234567890", "\"\n\"", "\"a",
        "\"\\x\"", "\"\\ud800\"", "\"\\u0000\"", "{\"a\":1,\"a\":2}", "{\"\u{E9}\":1,\"e\u{301}\":2}", "\u{FEFF}1",
        "[1]]", "]", "}{", "//x\n1", "\0",
        "1\0", "1\0x",
    ])
    func refuses(text: String) {
        #expect(throws: JSON.Failure.self) { try JSON(text) }
    }

    @Test(
        arguments: [
            [0xFF], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22],
            [0xFF, 0xFE, 0x31, 0],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        #expect(throws: JSON.Failure.self) { try JSON(bytes) }
    }

    @Test func bounds() throws {
        let limits = JSON.Limits(bytes: 1 << 20, depth: 3, values: 10)
        #expect(throws: Never.self) { try JSON("[[[1]]]", limits: limits) }
        #expect(throws: JSON.Failure(line: 0, column: 0, message: "nested deeper than 3 levels")) {
            try JSON("[[[[1]]]]", limits: limits)
        }
        #expect(throws: Never.self) { try JSON(#"["[[[[[[[[[", "\"[[[[[\\", "{,,,,,,,,,,,,"]"#, limits: limits) }
        #expect(throws: Never.self) { try JSON("[1,2,3,4,5,6,7,8,9]", limits: limits) }
        #expect(throws: JSON.Failure(line: 0, column: 0, message: "more than 10 values")) {
            try JSON("[1,2,3,4,5,6,7,8,9,10]", limits: limits)
        }
        #expect(throws: JSON.Failure(line: 0, column: 0, message: "more than 65536 bytes")) {
            try JSON([UInt8](repeating: 0x20, count: 65537))
        }
        for depth in [100_000, 500_000] {
            let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect(throws: JSON.Failure.self) { try JSON(deep, limits: .init(bytes: 2 << 20)) }
        }
    }

    @Test func saysWhere() {
        #expect(throws: JSON.Failure(line: 2, column: 3, message: "']' expected near '2'")) { try JSON("[1\n  2]") }
    }

    /// Whatever the writer makes, jansson understands as it was meant.
    @Test(arguments: Seeds.list(fixed: 10)) func writerAndReaderAgree(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func make(_ depth: Int) -> JSON {
            switch random.below(depth > 5 ? 5 : 7) {
            case 0: return .null
            case 1: return .bool(random.below(2) == 0)
            case 2: return .int(Int64(bitPattern: random.next() >> UInt64(random.below(64))))
            case 3: return .double(random.normal() * 1e-3 + 0.1234567890123)
            case 4: return .string(text())
            case 5: return .array((0..<random.below(6)).map { _ in make(depth + 1) })
            default:
                return .object(Dictionary((0..<random.below(6)).map { _ in (text(), make(depth + 1)) }) { $1 })
            }
        }
        func text() -> String {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<random.below(12) {
                scalars.append(
                    Unicode.Scalar(UInt32(1 + random.below([127, 0x2FFF, 0x10FFFE][random.below(3)]))) ?? "?")
            }
            return String(scalars)
        }
        func write(_ value: JSON, _ json: inout JSONWriter) {
            switch value {
            case .null: json.null()
            case .bool(let value): json.bool(value)
            case .int(let value): json.int(value)
            case .double(let value): json.double(value)
            case .string(let value): json.string(value)
            case .array(let elements): json.array { json in for element in elements { write(element, &json) } }
            case .object(let members):
                json.object { json in
                    for (name, value) in members {
                        json.key(name)
                        write(value, &json)
                    }
                }
            }
        }
        for round in 0..<200 {
            let value = make(0)
            var json = JSONWriter()
            write(value, &json)
            #expect(
                try JSON(json.bytes, limits: .init(bytes: 1 << 24, values: 1 << 20)) == value,
                "\(replayHint(seed)), round \(round)")
            // Damage: an error or another value, never a trap.
            var bytes = json.bytes
            for _ in 0..<5 where !bytes.isEmpty {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
                _ = try? JSON(bytes)
            }
        }
    }
}

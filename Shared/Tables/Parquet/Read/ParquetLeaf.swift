/// A column of a Parquet file: how it is stored, and what it is to us.
struct ParquetLeaf: Sendable {
    let name: String
    let type: PhysicalType
    let isNullable: Bool
    /// What a stored whole number must be multiplied with, or divided by when negative, to be milliseconds; 0: it is
    /// no time.
    let msFactor: Int64
    /// Why the column cannot be read, in words; nil when it can.
    let problem: String?

    /// What the column is when the file does not say more.
    var form: Column.Form {
        switch type {
        case .boolean: .flag
        case .int32, .int64: msFactor == 0 ? .integer : .timeMs
        case .int96: .timeMs
        case .float: .number32
        case .double: .number
        case .byteArray, .fixedByteArray: .text
        }
    }

    /// Whether a column of this form can be what is stored here.
    func canBe(_ form: Column.Form) -> Bool {
        if case .category = form { return self.form == .text }
        return form == self.form
    }

    /// The columns of a file, in the order in which its row groups have them; nil when the tree of elements is none.
    static func all(_ elements: [ParquetFooter.Element]) -> [ParquetLeaf]? {
        guard let root = elements.first, root.childCount >= 0 else { return nil }
        var leaves: [ParquetLeaf] = []
        var at = 1
        guard walk(elements, &at, children: root.childCount, within: [], &leaves), at == elements.count else {
            return nil
        }
        return leaves
    }

    private static func walk(
        _ elements: [ParquetFooter.Element], _ at: inout Int, children: Int, within: [String],
        _ leaves: inout [ParquetLeaf]
    ) -> Bool {
        guard within.count < 32, children <= elements.count else { return false }
        for _ in 0..<children {
            guard at < elements.count else { return false }
            let element = elements[at]
            at += 1
            if element.childCount > 0 {
                guard
                    walk(elements, &at, children: element.childCount, within: within + [element.name], &leaves)
                else { return false }
            } else {
                guard let type = element.type.flatMap({ PhysicalType(rawValue: $0) }) else { return false }
                leaves.append(ParquetLeaf(element, type, within: within))
            }
        }
        return true
    }

    private init(_ element: ParquetFooter.Element, _ type: PhysicalType, within: [String]) {
        name = (within + [element.name]).joined(separator: ".")
        self.type = type
        isNullable = element.repetition == 1
        var factor: Int64 = 0
        var problem: String?
        switch element.logical {
        case .timestamp(let perSecond): factor = perSecond <= 1000 ? 1 : Int64(-perSecond / 1000)
        case .date: factor = 86_400_000
        case .decimal: problem = "holds decimals; write it as double"
        case .float16: problem = "holds 16-bit floats; write it as double"
        case .integer(let bits, let isSigned) where bits == 64 && !isSigned:
            problem = "holds unsigned 64-bit numbers; write it as int64"
        case .none, .text, .time, .other, .integer: break
        }
        if element.logical == .none {
            switch element.convertedType {
            case 5: problem = "holds decimals; write it as double"
            case 6: factor = 86_400_000
            case 9: factor = 1
            case 10: factor = -1000
            default: break
            }
        }
        if type == .fixedByteArray, problem == nil { problem = "holds bytes of fixed length; write it as text" }
        if type == .int96 { factor = 1 }
        if !within.isEmpty || element.repetition == 2 {
            problem = "is nested; write one column for each of its members"
        }
        msFactor = factor
        self.problem = problem
    }
}

/// Puts the values of a column's pages together.
struct ColumnDecoder {
    /// Values of one storage type, without the nulls.
    enum Values {
        case integers([Int64])
        case numbers([Double])
        case numbers32([Float])
        case flags([Bool])
        case texts([String])

        var count: Int {
            switch self {
            case .integers(let values): values.count
            case .numbers(let values): values.count
            case .numbers32(let values): values.count
            case .flags(let values): values.count
            case .texts(let values): values.count
            }
        }
    }

    let type: PhysicalType
    private(set) var values: Values
    /// For texts: one number for each value, into `entries`; the list of texts itself is made at the end.
    private var places: [UInt32] = []
    private var entries: [String] = []
    private var dictionary: Values?
    private var dictionaryStart = 0

    init(_ type: PhysicalType, rowCount: Int) {
        self.type = type
        switch type {
        case .boolean: values = .flags([])
        case .float: values = .numbers32([])
        case .double: values = .numbers([])
        case .byteArray, .fixedByteArray: values = .texts([])
        case .int32, .int64, .int96: values = .integers([])
        }
    }

    /// Texts as places in a list of different (mostly) texts.
    var textPlaces: (places: [UInt32], entries: [String]) { (places, entries) }

    var count: Int { type == .byteArray ? places.count : values.count }

    mutating func setDictionary(_ source: inout ByteSource, count: Int) throws(ByteSource.Failure) {
        guard dictionary == nil else { throw ByteSource.Failure() }
        let read = try decode(&source, .plain, count: count)
        if case .texts(let texts) = read {
            dictionaryStart = entries.count
            entries += texts
        }
        dictionary = read
    }

    /// Adds a page's values, of which there are exactly `count`.
    mutating func add(
        _ source: inout ByteSource, _ encoding: PageEncoding, count: Int
    ) throws(ByteSource.Failure) {
        if encoding == .rleDictionary || encoding == .plainDictionary {
            guard let dictionary else { throw ByteSource.Failure() }
            // A page without values may be without a width, too.
            guard count > 0 else { return }
            let width = Int(try source.byte())
            let places = try PageDecoding.hybrid(&source, width: width, count: count)
            let known = UInt32(clamping: dictionary.count)
            for place in places where place >= known { throw ByteSource.Failure() }
            return add(places, of: dictionary)
        }
        let read = try decode(&source, encoding, count: count)
        if case .texts(let texts) = read {
            places += (entries.count..<entries.count + texts.count).map { UInt32(truncatingIfNeeded: $0) }
            entries += texts
        } else {
            add(read)
        }
    }

    private mutating func add(_ places: [UInt32], of dictionary: Values) {
        switch dictionary {
        case .integers(let entries): add(.integers(places.map { entries[Int($0)] }))
        case .numbers(let entries): add(.numbers(places.map { entries[Int($0)] }))
        case .numbers32(let entries): add(.numbers32(places.map { entries[Int($0)] }))
        case .flags(let entries): add(.flags(places.map { entries[Int($0)] }))
        case .texts:
            let start = UInt32(truncatingIfNeeded: dictionaryStart)
            self.places += start == 0 ? places : places.map { $0 &+ start }
        }
    }

    private mutating func add(_ more: Values) {
        // Each array is taken out of the enum before it grows, so that it is not copied.
        switch (values, more) {
        case (.integers(var values), .integers(let more)):
            self.values = .texts([])
            values += more
            self.values = .integers(values)
        case (.numbers(var values), .numbers(let more)):
            self.values = .texts([])
            values += more
            self.values = .numbers(values)
        case (.numbers32(var values), .numbers32(let more)):
            self.values = .texts([])
            values += more
            self.values = .numbers32(values)
        case (.flags(var values), .flags(let more)):
            self.values = .texts([])
            values += more
            self.values = .flags(values)
        default: break
        }
    }

    private func decode(
        _ source: inout ByteSource, _ encoding: PageEncoding, count: Int
    ) throws(ByteSource.Failure) -> Values {
        switch (type, encoding) {
        case (.boolean, .plain): .flags(try flags(&source, count: count))
        case (.boolean, .rle):
            .flags(try runs(&source, count: count))
        case (.int32, .plain): .integers(try PageDecoding.plain(&source, Int32.self, count: count).map { Int64($0) })
        case (.int32, .byteStreamSplit):
            .integers(try PageDecoding.byteStreamSplit(&source, Int32.self, count: count).map { Int64($0) })
        case (.int64, .plain): .integers(try PageDecoding.plain(&source, Int64.self, count: count))
        case (.int64, .byteStreamSplit):
            .integers(try PageDecoding.byteStreamSplit(&source, Int64.self, count: count))
        case (.int32, .deltaBinaryPacked):
            .integers(
                try PageDecoding.delta(&source, count: count, limit: count).map { Int64(Int32(truncatingIfNeeded: $0)) }
            )
        case (.int64, .deltaBinaryPacked): .integers(try PageDecoding.delta(&source, count: count, limit: count))
        case (.int96, .plain): .integers(try times96(&source, count: count))
        case (.float, .plain):
            .numbers32(try PageDecoding.plain(&source, UInt32.self, count: count).map { Float(bitPattern: $0) })
        case (.float, .byteStreamSplit):
            .numbers32(
                try PageDecoding.byteStreamSplit(&source, UInt32.self, count: count).map { Float(bitPattern: $0) })
        case (.double, .plain):
            .numbers(try PageDecoding.plain(&source, UInt64.self, count: count).map { Double(bitPattern: $0) })
        case (.double, .byteStreamSplit):
            .numbers(
                try PageDecoding.byteStreamSplit(&source, UInt64.self, count: count).map { Double(bitPattern: $0) })
        case (.byteArray, _): .texts(try PageDecoding.texts(&source, encoding, count: count))
        default: throw ByteSource.Failure()
        }
    }

    private func flags(_ source: inout ByteSource, count: Int) throws(ByteSource.Failure) -> [Bool] {
        let bytes = try source.take((count + 7) / 8)
        return (0..<count).map { bytes[$0 >> 3] >> UInt8($0 & 7) & 1 == 1 }
    }

    private func runs(_ source: inout ByteSource, count: Int) throws(ByteSource.Failure) -> [Bool] {
        let length = try source.integer(UInt32.self)
        var part = ByteSource(try source.take(Int(length)))
        return try PageDecoding.hybrid(&part, width: 1, count: count).map { $0 == 1 }
    }

    /// The times of old writers: nanoseconds of the day, and the Julian day. In milliseconds.
    private func times96(_ source: inout ByteSource, count: Int) throws(ByteSource.Failure) -> [Int64] {
        guard count <= source.left / 12 else { throw ByteSource.Failure() }
        var times: [Int64] = []
        times.reserveCapacity(count)
        for _ in 0..<count {
            let ns = try source.integer(Int64.self)
            let day = Int64(try source.integer(Int32.self)) - 2_440_588
            times.append(day * 86_400_000 + ns / 1_000_000)
        }
        return times
    }
}

import CYAML
import Glibc

/// Reads YAML into a tree, by libyaml's events. Of YAML's features only those are taken that a configuration needs:
/// one document of sections, lists and scalars. Anchors, aliases and tags are refused; so are duplicate keys.
struct YAMLParser {
    static let maxBytes = 1 << 20
    static let maxNodes = 10_000
    static let maxDepth = 32

    struct Failure: Error, Equatable {
        let place: ConfigNode.Place
        let message: String
    }

    /// The root; an empty section for an empty file.
    static func parse(_ bytes: [UInt8]) throws(Failure) -> ConfigNode {
        guard bytes.count <= maxBytes else {
            throw Failure(place: .init(line: 0, column: 0), message: "is larger than \(maxBytes) bytes")
        }
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        return try text.withUnsafeBufferPointer { (text) throws(Failure) in
            var events = YAMLParser(parser: .allocate(capacity: 1))
            events.parser.initialize(to: yaml_parser_t())
            defer { events.parser.deallocate() }
            guard yaml_parser_initialize(events.parser) == 1 else {
                throw Failure(place: .init(line: 0, column: 0), message: "no memory to read it")
            }
            defer { yaml_parser_delete(events.parser) }
            yaml_parser_set_encoding(events.parser, YAML_UTF8_ENCODING)
            // The empty array has no address, and libyaml demands one; reading zero bytes from any is the same.
            let nothing: [UInt8] = [0]
            return try nothing.withUnsafeBufferPointer { (nothing) throws(Failure) in
                yaml_parser_set_input_string(events.parser, text.baseAddress ?? nothing.baseAddress, text.count)
                return try events.document(text)
            }
        }
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var nodes = 0

    private init(parser: UnsafeMutablePointer<yaml_parser_t>) { self.parser = parser }

    private mutating func document(_ text: UnsafeBufferPointer<UInt8>) throws(Failure) -> ConfigNode {
        var root: ConfigNode?
        while true {
            let event = try next(text)
            switch event {
            case .boundary: continue
            case .end: return root ?? ConfigNode(place: .init(line: 1, column: 1), content: .map([]))
            default:
                guard root == nil else {
                    throw Failure(place: event.place, message: "a second document begins here; only one is allowed")
                }
                root = try node(event, depth: 1, text)
            }
        }
    }

    private mutating func node(
        _ event: Event, depth: Int, _ text: UnsafeBufferPointer<UInt8>
    ) throws(Failure) -> ConfigNode {
        nodes += 1
        guard nodes <= YAMLParser.maxNodes else {
            throw Failure(place: event.place, message: "more than \(YAMLParser.maxNodes) values")
        }
        guard depth <= YAMLParser.maxDepth else {
            throw Failure(place: event.place, message: "nested deeper than \(YAMLParser.maxDepth) levels")
        }
        switch event {
        case .scalar(let scalar, let isPlain, let place):
            return ConfigNode(place: place, content: .scalar(scalar, isPlain: isPlain))
        case .listStart(let place):
            var items: [ConfigNode] = []
            while true {
                let item = try next(text)
                if case .collectionEnd = item { return ConfigNode(place: place, content: .list(items)) }
                items.append(try node(item, depth: depth + 1, text))
            }
        case .mapStart(let place):
            return ConfigNode(place: place, content: .map(try entries(depth: depth, text)))
        case .boundary(let place), .end(let place), .collectionEnd(let place):
            throw Failure(place: place, message: "a value is missing")
        }
    }

    private mutating func entries(
        depth: Int, _ text: UnsafeBufferPointer<UInt8>
    ) throws(Failure) -> [ConfigNode.Entry] {
        var entries: [ConfigNode.Entry] = []
        var lines: [String: Int] = [:]
        while true {
            let event = try next(text)
            if case .collectionEnd = event { return entries }
            guard case .scalar(let key, _, let place) = event else {
                throw Failure(place: event.place, message: "a key must be a word, not a list or a section")
            }
            if let line = lines.updateValue(place.line, forKey: key) {
                throw Failure(place: place, message: "duplicate key \(Text.quoted(key)), first on line \(line)")
            }
            nodes += 1
            entries.append(.init(key: key, keyPlace: place, value: try node(try next(text), depth: depth + 1, text)))
        }
    }

    // MARK: - Events

    private enum Event {
        case scalar(String, isPlain: Bool, ConfigNode.Place)
        case listStart(ConfigNode.Place)
        case mapStart(ConfigNode.Place)
        case collectionEnd(ConfigNode.Place)
        /// The start or end of a document.
        case boundary(ConfigNode.Place)
        case end(ConfigNode.Place)

        var place: ConfigNode.Place {
            switch self {
            case .scalar(_, _, let place), .listStart(let place), .mapStart(let place), .collectionEnd(let place),
                .boundary(let place), .end(let place):
                place
            }
        }
    }

    private func next(_ text: UnsafeBufferPointer<UInt8>) throws(Failure) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxFailure(text) }
        defer { yaml_event_delete(&event) }
        let place = YAMLParser.place(event.start_mark)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try refuse(anchor: scalar.anchor, tag: scalar.tag, place)
            let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                String(decoding: value, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE, place)
        case YAML_SEQUENCE_START_EVENT:
            try refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, place)
            return .listStart(place)
        case YAML_MAPPING_START_EVENT:
            try refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, place)
            return .mapStart(place)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .collectionEnd(place)
        case YAML_ALIAS_EVENT:
            throw Failure(place: place, message: "aliases (*name) are not allowed: write the value out")
        case YAML_STREAM_END_EVENT: return .end(place)
        default: return .boundary(place)
        }
    }

    private func refuse(
        anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?, _ place: ConfigNode.Place
    ) throws(Failure) {
        if anchor != nil {
            throw Failure(place: place, message: "anchors (&name) are not allowed: write the value out")
        }
        if tag != nil { throw Failure(place: place, message: "tags (!name) are not allowed") }
    }

    private func syntaxFailure(_ text: UnsafeBufferPointer<UInt8>) -> Failure {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "cannot be read"
        if parser.pointee.error == YAML_READER_ERROR {
            // The reader knows only the byte: characters that YAML forbids, or text that is not UTF-8.
            let before = text.prefix(Int(clamping: parser.pointee.problem_offset))
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
            return Failure(place: .init(line: line, column: column), message: "not plain UTF-8 text: \(problem)")
        }
        let place = YAMLParser.place(parser.pointee.problem_mark)
        let line =
            text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .dropFirst(place.line - 1).first.map { Array(String(decoding: $0, as: UTF8.self).unicodeScalars) } ?? []
        let here = line.dropFirst(place.column - 1)
        if here.first == "\t" { return Failure(place: place, message: "a tab where YAML wants spaces") }
        let isVariable = place.column > 1 && line.dropFirst(place.column - 2).starts(with: "${".unicodeScalars)
        let hint = isVariable ? "; inside { } and [ ] write \"${NAME}\" in quotes" : ""
        return Failure(place: place, message: "not valid YAML: \(problem)\(hint)")
    }

    /// libyaml counts from 0.
    private static func place(_ mark: yaml_mark_t) -> ConfigNode.Place {
        .init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }
}

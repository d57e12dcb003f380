/// One value of a configuration file, with its place.
struct ConfigNode: Equatable {
    /// Line and column, counted from 1.
    struct Place: Equatable, Comparable {
        let line: Int
        let column: Int

        static func < (left: Place, right: Place) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    struct Entry: Equatable {
        let key: String
        let keyPlace: Place
        let value: ConfigNode
    }

    indirect enum Content: Equatable {
        /// `isPlain`: written without quotes, so that nothing, `~` and `null` mean "no value".
        case scalar(String, isPlain: Bool)
        case list([ConfigNode])
        /// In the order of the file; no key twice.
        case map([Entry])
    }

    let place: Place
    let content: Content

    /// True for a key with nothing behind it.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// What it is, in words for an error.
    var kind: String {
        switch content {
        case .scalar(let text, _): isNull ? "nothing" : Text.quoted(text)
        case .list: "a list"
        case .map: "a section"
        }
    }
}

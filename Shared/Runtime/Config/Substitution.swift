import Glibc

/// Puts environment variables into the values of a configuration: `${NAME}`, `${NAME:-default}`; `$${` stands for
/// `${`. What comes out is never read again, neither as YAML nor for further variables.
struct Substitution {
    struct Failure: Error, Equatable { let message: String }

    /// The value of a variable, nil if there is none.
    let environment: (String) -> String?

    func expand(_ text: String) throws(Failure) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = ""
        var rest = text.unicodeScalars[...]
        while let dollar = rest.firstIndex(of: "$") {
            result.unicodeScalars += rest[..<dollar]
            rest = rest[dollar...]
            if rest.starts(with: "$${".unicodeScalars) {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.starts(with: "${".unicodeScalars) {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Failure(message: "${ without }; write $${ for the two characters themselves")
                }
                result += try value(of: rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                rest = rest[rest.index(after: end)...]
            } else {
                result.unicodeScalars.append("$")
                rest = rest.dropFirst()
            }
        }
        result.unicodeScalars += rest
        return result
    }

    private func value(of expression: Substring.UnicodeScalarView) throws(Failure) -> String {
        let colon = expression.firstIndex(of: ":")
        let name = String(expression[..<(colon ?? expression.endIndex)])
        guard Substitution.isName(name) else {
            throw Failure(message: "\(Text.quoted(name)) is not the name of an environment variable")
        }
        let value = environment(name)
        guard let colon else {
            guard let value else {
                throw Failure(
                    message: "the environment variable \(name) is not set; set it or write ${\(name):-default}")
            }
            return value
        }
        let fallback = expression[expression.index(after: colon)...]
        guard fallback.first == "-", !fallback.contains("$") else {
            throw Failure(message: "after ${\(name) only :- and a plain default may stand")
        }
        guard let value, !value.isEmpty else { return String(fallback.dropFirst()) }
        return value
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first), name.utf8.count <= 128 else { return false }
        return name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    /// The environment of this process. A value that is not UTF-8 counts as not set.
    static func processEnvironment(_ name: String) -> String? {
        getenv(name).flatMap { String(validatingCString: $0) }
    }
}

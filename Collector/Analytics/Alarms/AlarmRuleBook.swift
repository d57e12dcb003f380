public import Model
public import Runtime

/// All rules there are: what kinds bring along, and what files say of kinds and of single assets.
public struct AlarmRuleBook: Sendable, Equatable {
    /// The later a chapter, the more it counts; those that name assets count more than those that do not.
    var chapters: [Chapter] = []

    /// Only what kinds bring along.
    public init() {}

    /// Throws everything that is wrong with the files.
    public static func load(_ paths: [String]) throws(ConfigFailure) -> AlarmRuleBook {
        var book = AlarmRuleBook()
        var problems: [ConfigFailure.Problem] = []
        for path in paths {
            do throws(ConfigFailure) {
                book.chapters.append(try ConfigFile.load(path, decode: Chapter.init))
            } catch {
                problems += error.problems
            }
        }
        guard problems.isEmpty else { throw ConfigFailure(problems: problems) }
        return book
    }

    /// The same for text that is already there.
    public static func parse(_ text: String, name: String) throws(ConfigFailure) -> AlarmRuleBook {
        var book = AlarmRuleBook()
        book.chapters.append(try ConfigFile.parse(Array(text.utf8), name: name, decode: Chapter.init))
        return book
    }

    /// The rules of one asset, each name once; the default ones first. `kind` nil: an asset of unknown kind.
    public func rules(asset: String, kind: AssetKind?) -> [AlarmRule] {
        let id = kind?.id ?? Chapter.generic
        let own = chapters.filter { $0.kind == id }
        let applicable =
            own.filter { $0.assets.isEmpty } + own.filter { $0.assets.contains(asset) }
        var rules = applicable.contains { !$0.keepsDefaults } ? [] : AlarmRule.defaults(kind)
        for chapter in applicable {
            for entry in chapter.entries {
                switch entry {
                case .off(let name): rules.removeAll { $0.name == name }
                case .on(let rule):
                    if let place = rules.firstIndex(where: { $0.name == rule.name }) {
                        rules[place] = rule
                    } else {
                        rules.append(rule)
                    }
                }
            }
        }
        return rules
    }

    /// Assets of one kind with the same key have the same rules.
    public func key(asset: String, kind: AssetKind?) -> String {
        let id = kind?.id ?? Chapter.generic
        return chapters.contains { $0.kind == id && $0.assets.contains(asset) } ? "\(id)/\(asset)" : id
    }

    /// One file.
    struct Chapter: Sendable, Equatable {
        static let generic = "generic"

        enum Entry: Sendable, Equatable {
            case on(AlarmRule)
            /// The rule of this name does not apply.
            case off(String)
        }

        var kind: String
        /// Empty: every asset of the kind.
        var assets: [String]
        var keepsDefaults: Bool
        var entries: [Entry]
    }
}

import Model

/// Names that nobody and nothing bears: facilities and firms from the words of mining, people from syllables.
enum SyntheticNames {
    static let terms = [
        "Adit", "Assay", "Ballmill", "Bornite", "Breccia", "Chalcocite", "Clarifier", "Collar", "Crosscut", "Cyclone",
        "Decline", "Drawpoint", "Drillcore", "Dropcut", "Feldspar", "Flotation", "Footwall", "Galena", "Gangue",
        "Gossan", "Grizzly", "Hangingwall", "Headframe", "Hematite", "Leachpad", "Magnetite", "Malachite", "Millhead",
        "Orepass", "Overburden", "Pyrrhotite", "Quartzvein", "Raisebore", "Saprolite", "Shotcrete", "Skarn",
        "Stockwork", "Stopeface", "Thickener", "Winze",
    ]
    static let places = [
        "Basin", "Bench", "Bluff", "Draw", "Fan", "Flat", "Gap", "Gulch", "Gully", "Hollow", "Knoll", "Ledge",
        "Notch", "Ramp", "Rim", "Saddle", "Scarp", "Shelf", "Slot", "Spur", "Swale", "Terrace", "Trough", "Wash",
    ]
    private static let structures = ["TSF", "TMF", "Tailings Dam", "Tailings Impoundment"]
    private static let trades = ["Geotechnical", "Engineering", "Consulting", "Dam Engineers"]
    private static let companies = ["Minerals", "Mining", "Metals", "Resources"]
    private static let syllables = [
        "vex", "tor", "qua", "zel", "mor", "dra", "vo", "lun", "tes", "kar", "pry", "zan", "bri", "hol", "nev", "ulu",
    ]

    /// A name for each of many facilities: no two are alike.
    static func facilities(_ count: Int, seed: UInt64) -> [String] {
        var random = SeededRandom(seed: seed, .names)
        let order = random.permutation(terms.count * places.count)
        return (0..<count).map { index in
            let pair = order[index % order.count]
            let round = index / order.count
            let name = "\(terms[pair / places.count]) \(places[pair % places.count]) \(random.pick(structures))"
            return round == 0 ? name : "\(name) \(round + 1)"
        }
    }

    static func person(_ random: inout SeededRandom) -> String {
        "\(word(2, &random)) \(word(3, &random))"
    }

    static func engineers(_ random: inout SeededRandom) -> String {
        "\(random.pick(terms)) \(random.pick(terms)) \(random.pick(trades))"
    }

    static func company(_ random: inout SeededRandom) -> String {
        "\(random.pick(terms)) \(random.pick(places)) \(random.pick(companies))"
    }

    static func laboratory(_ random: inout SeededRandom) -> String { "\(random.pick(terms)) Laboratories" }

    private static func word(_ count: Int, _ random: inout SeededRandom) -> String {
        let text = (0..<count).map { _ in random.pick(syllables) }.joined()
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}

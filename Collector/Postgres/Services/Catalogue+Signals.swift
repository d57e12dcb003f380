import Model

extension Catalogue {
    /// Registers the signals of an asset kind of ours, or what is new in them, and refreshes the kind's view. The
    /// number of the set.
    ///
    /// Positions are part of the storage format: a signal that stands elsewhere than stored, or has changed its form,
    /// fails as `configuration`, and nothing is changed. Titles, units and ranges follow the program.
    public static func registerSignals(_ connection: PostgresConnection, _ set: SignalSet) throws -> Int32 {
        if let number = try number(connection, of: set), try signals(connection, number) == set { return number }
        return try connection.transaction {
            try connection.execute("select pg_advisory_xact_lock($1)", [.int8(lock)])
            let number = try makeSet(connection, set)
            let stored = try signals(connection, number)
            try check(set, against: stored)
            for (group, description) in set.groups.enumerated() {
                try store(connection, number, group, description, stored.groups.dropFirst(group).first)
            }
            if set.kind != SignalSet.generic { try KindView.refresh(connection, number) }
            return number
        }
    }

    /// Finds signals of a foreign asset by name, and appends to `group` those that are new. Where each stands, in the
    /// order given. A signal whose form has changed is another one: it gets the form's name as a suffix.
    public static func appendSignals(
        _ connection: PostgresConnection, _ number: Int32, group: String, _ entries: [SignalSet.Entry]
    ) throws -> [(group: Int, position: Int)] {
        try connection.transaction {
            try connection.execute("select pg_advisory_xact_lock($1)", [.int8(lock)])
            var set = try signals(connection, number)
            let stored = set
            let index: Int
            if let known = set.groups.firstIndex(where: { $0.name == group }) {
                index = known
            } else {
                index = set.groups.count
                set.groups.append(SignalSet.Group(group, []))
            }
            let places = try entries.map { try place($0, in: &set, group: index) }
            let before = stored.groups.dropFirst(index).first
            try store(connection, number, index, set.groups[index], before)
            return places
        }
    }

    /// The set as it is stored.
    public static func signals(_ connection: PostgresConnection, _ number: Int32) throws -> SignalSet {
        let head = try connection.query("select name, kind from signal_sets where signal_set = $1", [.int4(number)])
        guard let row = head.first else { throw PostgresFailure(.bug, "there is no signal set \(number)") }
        var set = SignalSet(name: try row[0], kind: try row[1], groups: [])
        for row in try connection.query(
            "select name, cadence_s from signal_groups where signal_set = $1 order by signal_group", [.int4(number)])
        {
            set.groups.append(SignalSet.Group(try row[0], cadenceS: try row[1], []))
        }
        for row in try connection.query(
            """
            select signal_group, name, title, unit, form, labels, decimals, health_weight, normal_low, normal_high,
                alarm_low, alarm_high, physical_low, physical_high
            from signals where signal_set = $1 order by signal_group, position
            """, [.int4(number)])
        {
            let group: Int = try row[0]
            guard set.groups.indices.contains(group) else {
                throw PostgresFailure(.configuration, "signal set \(number) lacks its group \(group)")
            }
            set.groups[group].signals.append(try entry(row))
        }
        return set
    }

    private static func entry(_ row: PostgresRow) throws(PostgresFailure) -> SignalSet.Entry {
        let (word, labels): (String, [String]) = (try row[4], try row[5])
        let form: SignalSet.Form =
            switch word {
            case "flag": .flag
            case "category": .category(labels)
            case "text": .text
            default: .number
            }
        var entry = SignalSet.Entry(
            try row[1], title: try row[2], unit: try row[3], form: form, decimals: try row[6],
            healthWeight: try row[7])
        entry.normalLow = try row[8]
        entry.normalHigh = try row[9]
        entry.alarmLow = try row[10]
        entry.alarmHigh = try row[11]
        entry.physicalLow = try row[12]
        entry.physicalHigh = try row[13]
        return entry
    }

    private static func number(_ connection: PostgresConnection, of set: SignalSet) throws -> Int32? {
        let rows = try connection.query("select signal_set from signal_sets where name = $1", [.text(set.name)])
        return try rows.first.map { row throws(PostgresFailure) in try row[0] }
    }

    private static func makeSet(_ connection: PostgresConnection, _ set: SignalSet) throws -> Int32 {
        if let number = try number(connection, of: set) { return number }
        return try connection.value(
            "insert into signal_sets (name, kind) values ($1, $2) returning signal_set",
            [.text(set.name), .text(set.kind)])
    }

    private static func check(_ set: SignalSet, against stored: SignalSet) throws(PostgresFailure) {
        for (group, (new, old)) in zip(set.groups, stored.groups).enumerated() {
            guard new.name == old.name else {
                throw PostgresFailure(
                    .configuration,
                    "group \(group) of '\(set.name)' is stored as '\(old.name)', the program calls it '\(new.name)': "
                        + "groups are only ever appended")
            }
            for (position, (new, old)) in zip(new.signals, old.signals).enumerated() {
                let isSame = new.name == old.name && new.form.word == old.form.word
                let (labels, known) = (new.form.labels, old.form.labels)
                guard isSame, labels.starts(with: known) || known.starts(with: labels) else {
                    throw PostgresFailure(
                        .configuration,
                        "signal \(position) of group \(group) of '\(set.name)' is stored as \(old.name) "
                            + "(\(old.form)), the program says \(new.name) (\(new.form)): signals and labels are "
                            + "only ever appended")
                }
            }
        }
    }

    private static func place(
        _ entry: SignalSet.Entry, in set: inout SignalSet, group: Int
    ) throws(PostgresFailure) -> (group: Int, position: Int) {
        var entry = entry
        if let known = set.place(of: entry.name) {
            if set.groups[known.group].signals[known.position].form.word == entry.form.word { return known }
            entry.name += " (\(entry.form.word))"
            if let known = set.place(of: entry.name) { return known }
        }
        guard set.groups[group].signals.count < RecordCoding.maxSignals else {
            throw PostgresFailure(.refused, "'\(set.name)' has more than \(RecordCoding.maxSignals) signals in a group")
        }
        set.groups[group].signals.append(entry)
        return (group, set.groups[group].signals.count - 1)
    }

    private static func store(
        _ connection: PostgresConnection, _ number: Int32, _ group: Int, _ new: SignalSet.Group,
        _ stored: SignalSet.Group?
    ) throws {
        guard new != stored else { return }
        try connection.execute(
            """
            insert into signal_groups (signal_set, signal_group, name, cadence_s) values ($1, $2, $3, $4)
            on conflict (signal_set, signal_group) do update set cadence_s = excluded.cadence_s
            """, [.int4(number), .int2(Int16(clamping: group)), .text(new.name), .float8(new.cadenceS)])
        let old = stored?.signals ?? []
        for (position, entry) in new.signals.enumerated() {
            var entry = entry
            if old.indices.contains(position) {
                // An older program may know fewer labels.
                if old[position].form.labels.starts(with: entry.form.labels) { entry.form = old[position].form }
                if old[position] == entry { continue }
            }
            try store(connection, number, group, position, entry)
        }
    }

    private static func store(
        _ connection: PostgresConnection, _ number: Int32, _ group: Int, _ position: Int, _ entry: SignalSet.Entry
    ) throws {
        try connection.execute(
            """
            insert into signals (signal_set, signal_group, position, name, title, unit, form, labels, decimals,
                health_weight, normal_low, normal_high, alarm_low, alarm_high, physical_low, physical_high)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            on conflict (signal_set, signal_group, position) do update set title = excluded.title,
                unit = excluded.unit, labels = excluded.labels, decimals = excluded.decimals,
                health_weight = excluded.health_weight, normal_low = excluded.normal_low,
                normal_high = excluded.normal_high, alarm_low = excluded.alarm_low, alarm_high = excluded.alarm_high,
                physical_low = excluded.physical_low, physical_high = excluded.physical_high
            """,
            [
                .int4(number), .int2(Int16(clamping: group)), .int2(Int16(clamping: position)), .text(entry.name),
                .text(entry.title), .text(entry.unit), .text(entry.form.word), .texts(entry.form.labels),
                .int2(entry.decimals), .float8(entry.healthWeight), .float8(entry.normalLow),
                .float8(entry.normalHigh), .float8(entry.alarmLow), .float8(entry.alarmHigh),
                .float8(entry.physicalLow), .float8(entry.physicalHigh),
            ])
    }
}

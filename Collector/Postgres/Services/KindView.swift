/// The view of an asset kind: one named column for each signal, so that SQL users need not know about arrays.
enum KindView {
    /// Names of the columns that every view begins with.
    static let common = ["asset", "ts", "epoch", "seq", "signal_group", "health"]

    /// Makes or refreshes the view of a signal set. New signals become new columns at the end, as PostgreSQL demands
    /// when a view is replaced, so that views which users have built on top stay valid.
    static func refresh(_ connection: PostgresConnection, _ number: Int32) throws {
        let set = try Catalogue.signals(connection, number)
        try connection.execute(definition(set, number, order: try columnOrder(connection, set)))
    }

    /// The signals in the order of the view's columns: those it has, then the others by group and position.
    private static func columnOrder(_ connection: PostgresConnection, _ set: SignalSet) throws -> [SignalSet.Entry] {
        let rows = try connection.query(
            """
            select attname from pg_attribute where attrelid = to_regclass($1) and attnum > $2 and not attisdropped
            order by attnum
            """, [.text(SQLText.identifier(name(set))), .int2(Int16(common.count))])
        let columns = try rows.map { row throws(PostgresFailure) -> String in try row[0] }
        let all = set.groups.flatMap(\.signals)
        let present = columns.compactMap { name in all.first { column($0) == name } }
        return present + all.filter { !columns.contains(column($0)) }
    }

    private static func definition(_ set: SignalSet, _ number: Int32, order: [SignalSet.Entry]) -> String {
        let groups = set.groups.enumerated().map { " when \($0) then \(SQLText.literal($1.name))" }.joined()
        let columns = order.compactMap { entry in
            set.place(of: entry.name).map { place in
                "    case when t.signal_group = \(place.group) then \(value(entry, place.position)) end as "
                    + SQLText.identifier(column(entry))
            }
        }
        let view = SQLText.identifier(name(set))
        let comments = order.map { entry in
            let unit = entry.unit.isEmpty ? "" : ", in \(entry.unit)"
            return "comment on column \(view).\(SQLText.identifier(column(entry))) is "
                + SQLText.literal("\(entry.title)\(unit).") + ";"
        }
        let head = """
            create or replace view \(view) as
            select
                a.id as asset, t.ts, t.epoch, t.seq, case t.signal_group\(groups) end as signal_group, t.health
            """
        return """
            \(([head] + columns).joined(separator: ",\n"))
            from telemetry t
            join assets a on a.asset = t.asset and a.signal_set = \(number);
            comment on view \(view) is \(SQLText.literal("Readings of \(set.name), one column for each signal. Null = no value, or a row of another group."));
            comment on column \(view).asset is 'Public name of the asset.';
            comment on column \(view).ts is 'When the readings were taken.';
            comment on column \(view).epoch is 'Epoch of the stream.';
            comment on column \(view).seq is 'Sequence number in the stream.';
            comment on column \(view).signal_group is 'Name of the group that was read.';
            comment on column \(view).health is 'Health score of the asset at this frame, 0 to 100; null = not judged.';
            \(comments.joined(separator: "\n"))
            """
    }

    private static func value(_ entry: SignalSet.Entry, _ position: Int) -> String {
        let value = "t.values[\(position + 1)]"
        switch entry.form {
        case .number: return "nullif(\(value), 'NaN')"
        case .flag: return "nullif(\(value), 'NaN') <> 0"
        case .category(let labels):
            let array = "array[\(labels.map(SQLText.literal).joined(separator: ", "))]::text[]"
            return "case when \(value) between 0 and \(labels.count - 1) then (\(array))[\(value)::int + 1] end"
        case .text: return "t.texts ->> \(SQLText.literal(entry.name))"
        }
    }

    private static func name(_ set: SignalSet) -> String { "\(set.name)_readings" }

    /// A signal named like a common column steps aside.
    private static func column(_ entry: SignalSet.Entry) -> String {
        common.contains(entry.name) ? "\(entry.name)_reading" : entry.name
    }
}

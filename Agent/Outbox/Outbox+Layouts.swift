import Model

extension Outbox {
    /// The layout for frames of this group, remembered with the records. Call at start, not per frame.
    public func layout(
        asset: String, kind: String, group: Int, signals: [String]
    ) throws(OutboxFailure) -> Layout {
        if let known = layouts.first(where: {
            $0.asset == asset && $0.kind == kind && $0.group == group && $0.signals == signals
        }) {
            return known
        }
        let layout = Layout(
            id: (layouts.map(\.id).max() ?? Layout.report) + 1, asset: asset, kind: kind, group: group, signals: signals
        )
        try database.query(
            "INSERT INTO layout(id, asset, kind, signal_group, signals) VALUES (?, ?, ?, ?, ?)",
            [
                .integer(Int64(layout.id)), .text(asset), .text(kind), .integer(Int64(group)),
                .text(signals.joined(separator: "\n")),
            ])
        layouts.append(layout)
        return layout
    }

    /// The layouts to announce: of this asset, and of records without a receipt, whatever they were made as.
    public func layoutsInUse(asset: String, kind: String) throws(OutboxFailure) -> [Layout] {
        var used = Set(layouts.filter { $0.asset == asset && $0.kind == kind }.map(\.id))
        for state in epochs {
            try database.query(
                "SELECT DISTINCT layout FROM record WHERE life = ? AND sequence > ?",
                [.integer(Int64(state.life)), .integer(state.receipted)]
            ) { row in
                used.insert(Int(row.integer(0)))
                return true
            }
        }
        return layouts.filter { used.contains($0.id) }
    }
}

extension TableSchema {
    /// What is wrong with a batch for this schema, in words; nil when it fits.
    public func problem(with batch: TableBatch) -> String? {
        guard batch.columns.count == columns.count else {
            return "a batch has \(batch.columns.count) columns, table \(name) has \(columns.count)"
        }
        for (index, column) in columns.enumerated() {
            let values = batch.columns[index]
            guard values.count == batch.rowCount else {
                return "column \(column.name) has \(values.count) of \(batch.rowCount) rows"
            }
            if let problem = column.problem(with: values, valid: batch.valid[index]) {
                return "column \(column.name) \(problem)"
            }
        }
        return nil
    }
}

extension Column {
    fileprivate func problem(with values: ColumnValues, valid: [Bool]?) -> String? {
        if let valid {
            guard valid.count == values.count else {
                return "says of \(valid.count) of \(values.count) rows if they are null"
            }
            guard isNullable || !valid.contains(false) else { return "has a null and must have none" }
        }
        switch (form, values) {
        case (.integer, .integers), (.number, .numbers), (.number32, .numbers32), (.text, .texts), (.flag, .flags),
            (.timeMs, .timesMs), (.integer, .repeatedInteger), (.timeMs, .repeatedInteger), (.text, .repeatedText):
            return nil
        case (.category(let labels), .categories(let places)):
            let wrong = places.indices.first { row in
                !(0..<Int32(labels.count)).contains(places[row]) && valid?[row] ?? true
            }
            return wrong.map { "has category \(places[$0]) of \(labels.count)" }
        case (.category(let labels), .repeatedText(let text, _)):
            return labels.contains { $0.utf8.elementsEqual(text.utf8) } ? nil : "has no category \"\(text)\""
        default: return "has values of another form"
        }
    }
}

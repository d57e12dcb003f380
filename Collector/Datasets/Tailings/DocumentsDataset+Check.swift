extension DocumentsDataset {
    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        let emergencyPlan = DocumentType.all[DocumentType.emergencyPlan].name
        let types = dataset.words(of: "documents", "document_type")
        var follows = RuleCount("a document supersedes the version before")
        var facility = ""
        var known: [String: (number: String, version: Double, issued: Double)] = [:]
        var planned: Set<String> = []
        try dataset.forEachRow(
            of: "documents", numbers: ["issued", "document_type"],
            texts: ["document_id", "facility_id", "document_number", "version", "supersedes"]
        ) { (row) throws(DatasetFailure) in
            if row.text(1) != facility {
                facility = row.text(1)
                known = [:]
            }
            let (id, number, version) = (row.text(0), row.text(2), Double(row.text(3)) ?? .nan)
            if let before = row.optionalText(4) {
                let isVersion =
                    known[before].map {
                        $0.number == number && $0.version + 1 == version && $0.issued < row.number(0)
                    } ?? false
                follows.look(isVersion, "\(id) supersedes \(before)")
            }
            known[id] = (number, version, row.number(0))
            if let type = Int(exactly: row.number(1)), types.indices.contains(type), types[type] == emergencyPlan {
                planned.insert(facility)
            }
        }
        let found = try dataset.texts(of: "findings", "facility_id")
        let classes = dataset.words(of: "facilities", "consequence_class")
        var plans = RuleCount("facilities of the class \"extreme\" have an emergency plan or a finding")
        try dataset.forEachRow(of: "facilities", numbers: ["consequence_class"], texts: ["facility_id"]) {
            (row) throws(DatasetFailure) in
            guard let place = Int(exactly: row.number(0)), classes.indices.contains(place), classes[place] == "extreme"
            else { return }
            plans.look(planned.contains(row.text(0)) != found.contains(row.text(0)), row.text(0))
        }
        return [try dataset.checkFacilities(of: "documents"), follows.check, plans.check]
    }
}

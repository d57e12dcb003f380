import CPostgres

/// One result of the library, freed when it goes out of scope.
struct ResultHandle: ~Copyable {
    let raw: OpaquePointer

    init?(_ raw: OpaquePointer?) {
        guard let raw else { return nil }
        self.raw = raw
    }

    deinit { PQclear(raw) }

    var status: ExecStatusType { PQresultStatus(raw) }
    /// How many rows the statement touched; 0 for those that do not say.
    var affectedRows: Int { PQcmdTuples(raw).flatMap { Int(String(cString: $0)) } ?? 0 }
    /// What the server says it did, such as COMMIT.
    var tag: String { PQcmdStatus(raw).map { String(cString: $0) } ?? "" }
    func field(_ code: Int32) -> String? { PQresultErrorField(raw, code).map { String(cString: $0) } }
}

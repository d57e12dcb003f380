import Tables
import Testing

@Suite struct BatchTests {
    @Test func columnsKnowTheirLength() {
        #expect(ColumnValues.numbers([1, 2]).count == 2 && ColumnValues.repeatedText("a", count: 3).count == 3)
        #expect(TableBatch([.texts(["a"]), .flags([true])]).rowCount == 1 && TableBatch([]).rowCount == 0)
    }

    @Test func schemasFindTheirColumns() {
        let schema = TableSchema("t", "", [Column("a", .number), Column("b", .text)])
        #expect(schema.index(of: "b") == 1 && schema.index(of: "c") == nil)
    }
}

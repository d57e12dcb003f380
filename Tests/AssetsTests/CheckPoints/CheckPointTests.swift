import TestSupport
import Testing

@testable import Assets

/// Every check point within its tolerance, and the tables of `docs/physics` as they are printed from them:
///
///     BELLWETHER_WRITE_DOCS=1 swift test --filter CheckPointTests
@Suite(.timeLimit(.minutes(10))) struct CheckPointTests {
    @Test(arguments: CheckPage.all.flatMap(\.points)) func holds(_ point: CheckPoint) {
        let value = point.value()
        let error = point.error(of: value)
        #expect(error <= point.tolerance, "\(point.id) \(point.what): \(value) is off \(point.published) by \(error)")
    }

    @Test(arguments: CheckPage.all) func theDocumentsShowThem(_ page: CheckPage) throws {
        let path = String(#filePath).split(separator: "/").dropLast(4).joined(separator: "/")
        let file = "/\(path)/docs/physics/\(page.name).md"
        let text = try #require(fileText(file), "\(file)")
        let (begin, end) = ("<!-- check points: begin -->\n", "<!-- check points: end -->")
        let before = try #require(text.firstRange(of: begin))
        let after = try #require(text.firstRange(of: end))
        let table = ([CheckPoint.head] + page.points.map(\.row)).joined(separator: "\n") + "\n"
        guard environmentVariable("BELLWETHER_WRITE_DOCS") != nil else {
            #expect(String(text[before.upperBound..<after.lowerBound]) == table, "renew \(file): see CheckPointTests")
            return
        }
        try writeFile(file, String(text[..<before.upperBound]) + table + String(text[after.lowerBound...]))
    }
}

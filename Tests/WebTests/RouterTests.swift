import Testing

@testable import Web

@Suite struct RouterTests {
    private func router() -> Router {
        var router = Router()
        router.add(.get, "/") { _ in .text("root") }
        router.add(.get, "/api/v1/assets") { _ in .text("all") }
        router.add(.post, "/api/v1/assets") { _ in .text("made", status: 201) }
        router.add(.get, "/api/v1/assets/{id}") { .text("one \($0.parameter("id"))") }
        router.add(.get, "/api/v1/assets/newest") { _ in .text("newest") }
        router.add(.get, "/api/v1/assets/{id}/telemetry") { .text("telemetry of \($0.parameter("id"))") }
        router.add(.get, "/api/v1/assets/newest/health") { _ in .text("health of the newest") }
        router.add(.delete, "/api/v1/{kind}/{id}/links/{link}") {
            .text("\($0.parameter("kind")) \($0.parameter("id")) \($0.parameter("link"))")
        }
        return router
    }

    @Test(
        arguments: [
            (.get, "/", 200, "root", "/"),
            (.get, "/api/v1/assets", 200, "all", "/api/v1/assets"),
            (.get, "/api/v1/assets?limit=2", 200, "all", "/api/v1/assets"),
            (.post, "/api/v1/assets", 201, "made", "/api/v1/assets"),
            (.get, "/api/v1/assets/a%20b", 200, "one a b", "/api/v1/assets/{id}"),
            (.get, "/api/v1/assets/newest", 200, "newest", "/api/v1/assets/newest"),
            (.get, "/api/v1/assets/newest/telemetry", 200, "telemetry of newest", "/api/v1/assets/{id}/telemetry"),
            (.get, "/api/v1/assets/newest/health", 200, "health of the newest", "/api/v1/assets/newest/health"),
            (.delete, "/api/v1/assets/7/links/x", 200, "assets 7 x", "/api/v1/{kind}/{id}/links/{link}"),
            (.head, "/api/v1/assets/7", 200, "one 7", "/api/v1/assets/{id}"),
        ] as [(HTTPMethod, String, Int, String, String)]) func finds(
            _ method: HTTPMethod, _ target: String, _ status: Int, _ body: String, _ route: String
        ) throws
    {
        let answer = router().answer(try HTTPRequest(method, target))
        #expect(answer.response.status == status)
        #expect(String(decoding: answer.response.body, as: UTF8.self) == body)
        #expect(answer.route == route)
    }

    @Test(
        arguments: [
            (.get, "/api", 404, nil), (.get, "/api/v1/assets/", 404, nil),
            (.get, "/api/v1/assets//telemetry", 404, nil),
            (.get, "/api/v1/assets/7/telemetry/x", 404, nil), (.get, "/API/v1/assets", 404, nil),
            (.put, "/api/v1/assets", 405, "GET, HEAD, POST, OPTIONS"), (.post, "/", 405, "GET, HEAD, OPTIONS"),
            (.get, "/api/v1/assets/7/links/x", 405, "DELETE, OPTIONS"),
            (.head, "/api/v1/assets/7/links/x", 405, "DELETE, OPTIONS"),
            (.options, "/api/v1/assets", 204, "GET, HEAD, POST, OPTIONS"), (.options, "/nothing", 404, nil),
        ] as [(HTTPMethod, String, Int, String?)]) func refuses(
            _ method: HTTPMethod, _ target: String, _ status: Int, _ allow: String?
        ) throws
    {
        let response = router().answer(try HTTPRequest(method, target)).response
        #expect(response.status == status)
        #expect(response.header("Allow") == allow)
    }

    @Test func whatHandlersThrow() throws {
        struct Failure: Error {}
        var router = Router()
        router.add(.get, "/problem") { _ in
            throw HTTPProblem(422, "1 field is wrong", fields: [.init("?limit", "must be from 1 to 1000")])
        }
        router.add(.get, "/failure") { _ in throw Failure() }
        let problem = router.answer(try HTTPRequest(.get, "/problem"))
        #expect(problem.response.status == 422)
        #expect(problem.failure == nil)
        #expect(
            String(decoding: problem.response.body, as: UTF8.self)
                == #"{"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"1 field is wrong","#
                + #""instance":"/problem","errors":[{"pointer":"?limit","detail":"must be from 1 to 1000"}]}"#)
        let failure = router.answer(try HTTPRequest(.get, "/failure"))
        #expect(failure.response.status == 500)
        #expect(failure.failure is Failure)
    }

    @Test func listsItsRoutes() {
        let routes = router().routes
        #expect(routes.count == 8)
        #expect(routes[2] == Router.Route(method: .post, template: "/api/v1/assets"))
    }

    @Test func mistakesInTheTableEndTheProgram() async {
        await #expect(processExitsWith: .failure) {
            var router = Router()
            router.add(.get, "/a") { _ in .noContent() }
            router.add(.get, "/a") { _ in .noContent() }
        }
    }
}

@Suite struct DigestTests {
    @Test(arguments: [
        ("", "2jmj7l5rSw0yVb/vlWAYkK/YBwk="), ("abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "hJg+RBw70m66rkqh+VEp5eVGcPE="),
    ]) func sha1(_ text: String, _ digest: String) {
        #expect(Base64.encode(SHA1.digest(Array(text.utf8))) == digest)
    }

    /// Around the ends of a block, where padding has its corners. Computed with another implementation.
    @Test(arguments: [
        (55, "wci73CJ5bijA4VFj0giZtlYh1lo="), (56, "wtszD2CDhUyZ1LW/tujynyAb5pk="),
        (63, "A/CfWxWKeoza2SC93Cm4HBilUfU="), (64, "AJi6gktcFkJ716ESKlpEKiXsZE0="),
        (65, "EWVTJscI1wMZviYQ6KV9mluVnTs="), (119, "7pcQZaqgF+BjKoymx3uzv4sd/FY="),
        (120, "80wUiDhTRqVXCboFbd0IKA3UxtY="), (1000, "KR6abGaZSUm1e6XmUDYemPw2sbo="),
    ]) func sha1OfRepeatedA(_ count: Int, _ digest: String) {
        #expect(Base64.encode(SHA1.digest([UInt8](repeating: 0x61, count: count))) == digest)
    }

    @Test func base64() {
        for count in 0..<20 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 11) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        for bad in ["a", "ab", "abc", "ab=c", "a===", "====", "ab==cd==", "a\nb=", "YR==", "YWF=", "YW Jj"] {
            #expect(Base64.decode(bad) == nil, "\(bad)")
        }
    }
}

import Scenarios
import Web

extension Endpoint.Header {
    /// Until there is a sign-in, callers say who they are.
    static let `operator` = Endpoint.Header(
        name: "X-Operator", meaning: "Who asks, 1 to 64 bytes: stored with what is done.")
}

extension HTTPRequest {
    /// Who asks.
    func `operator`() throws(HTTPProblem) -> String {
        let given = headers("x-operator")
        guard given.count == 1, ScenarioLimits.isOperator(given[0]) else {
            throw HTTPProblem(
                400,
                "Say who asks: the header X-Operator is missing, or not 1 to \(ScenarioLimits.longestOperator) "
                    + "bytes that can be seen.")
        }
        return given[0]
    }
}

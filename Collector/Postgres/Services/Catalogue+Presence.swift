/// Who is there, as far as the database knows.
extension Catalogue {
    /// An agent of which a stream or an asset counts as online.
    public struct OnlineAgent: Sendable {
        public struct Asset: Sendable {
            public let number: Int32
            public let id: String
            public let kind: String
            /// The last score that was noted.
            public let score: Double
        }

        public let agent: String
        /// Its streams that count as online.
        public var streams: [Int32] = []
        /// Its assets whose last noted status is another one than offline.
        public var assets: [Asset] = []
    }

    /// The agents of a site that count as online; ordered by name.
    public static func onlineAgents(_ connection: PostgresConnection, site: String) throws -> [OnlineAgent] {
        var agents: [String: OnlineAgent] = [:]
        for row in try connection.query(
            "select agent, stream from streams where site = $1 and online order by stream", [.text(site)])
        {
            let agent: String = try row[0]
            agents[agent, default: OnlineAgent(agent: agent)].streams.append(try row[1])
        }
        for row in try connection.query(
            """
            select a.agent, a.asset, a.id, a.kind, h.score::float8 from assets a cross join lateral (
                select status, score from health where asset = a.asset order by ts desc limit 1) as h
            where a.site = $1 and h.status <> 'offline' order by a.asset
            """, [.text(site)])
        {
            let agent: String = try row[0]
            agents[agent, default: OnlineAgent(agent: agent)].assets.append(
                OnlineAgent.Asset(number: try row[1], id: try row[2], kind: try row[3], score: try row[4]))
        }
        return agents.values.sorted { $0.agent < $1.agent }
    }

    /// The assets on which people are at work.
    public static func assetsInMaintenance(_ connection: PostgresConnection) throws -> Set<Int32> {
        Set(
            try connection.query("select asset from assets where maintenance").map { row throws(PostgresFailure) in
                try row[0]
            })
    }
}

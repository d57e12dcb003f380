/// The edge nodes that have been born, by site and agent.
struct NodeTable {
    private var sites: [String: [String: Node]] = [:]
    private(set) var count = 0

    subscript(site: String, agent: String) -> Node? { sites[site]?[agent] }

    var all: [Node] { sites.values.flatMap(\.values) }

    mutating func insert(_ node: Node) {
        if sites[node.site, default: [:]].updateValue(node, forKey: node.agent) == nil { count += 1 }
    }

    mutating func remove(site: String) -> [Node] {
        let removed = sites.removeValue(forKey: site).map { Array($0.values) } ?? []
        count -= removed.count
        return removed
    }

    /// Takes out the nodes that are not online: what is known of them is in the database, and their births come again.
    mutating func removeOffline() -> [Node] {
        let removed = all.filter { !$0.isOnline }
        for node in removed { sites[node.site]?[node.agent] = nil }
        count -= removed.count
        return removed
    }
}

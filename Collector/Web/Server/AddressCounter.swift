/// How many connections each address has. Confined to the loop's thread.
final class AddressCounter {
    /// 0 = no limit, and nothing is counted.
    private let limit: Int
    private var counts: [String: Int] = [:]

    init(limit: Int) { self.limit = limit }

    func mayCome(_ address: String) -> Bool { limit == 0 || counts[address, default: 0] < limit }

    func came(_ address: String) {
        if limit > 0 { counts[address, default: 0] += 1 }
    }

    func left(_ address: String) {
        guard limit > 0, let count = counts[address] else { return }
        counts[address] = count > 1 ? count - 1 : nil
    }
}

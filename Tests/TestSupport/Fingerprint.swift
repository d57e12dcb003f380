public import Model

extension AssetKind {
    /// A sum over the bits of every reading of an hour with scenarios. The same in debug and release builds and on every
    /// machine; it changes whenever physics, instruments or tables of the kind change.
    public func fingerprint(seed: UInt64 = 42) -> String {
        var simulator = makeSimulator(seed)
        var disturbances = Disturbances(count: scenarios.count)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var readings = groups.map { Readings(count: $0.signals.count) }
        for second in 1...3600 {
            if second == 600 { for index in scenarios.indices { disturbances[index] = 0.2 } }
            if second == 1800 { disturbances = Disturbances(count: scenarios.count) }
            simulator.advance(seconds: 1, under: disturbances)
            for group in groups.indices {
                simulator.read(group: group, into: &readings[group])
                for value in readings[group].values { hash = (hash ^ value.bitPattern) &* 0x100_0000_01B3 }
                for quality in readings[group].qualities { hash = (hash ^ UInt64(quality.rawValue)) &* 0x100_0000_01B3 }
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

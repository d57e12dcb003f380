import Model

/// Process noise: a first-order autoregressive sequence (an Ornstein-Uhlenbeck process seen at fixed steps) with
/// mean 0, the given standard deviation and time constant.
struct AutoregressiveNoise: Sendable {
    private(set) var value: Double
    private let decay: Double
    private let gain: Double

    /// Starts in its stationary distribution.
    init(deviation: Double, seconds: Double, step: Double, random: inout SeededRandom) {
        decay = Maths.exp(-step / seconds)
        gain = deviation * (1 - decay * decay).squareRoot()
        value = deviation * random.gaussian()
    }

    mutating func step(_ random: inout SeededRandom) { value = decay * value + gain * random.gaussian() }

    mutating func visitState(_ archive: inout StateArchive) { archive.visit(&value) }
}

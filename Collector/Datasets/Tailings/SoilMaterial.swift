import Assets

/// What a borehole at a tailings facility goes through, and the ranges of its properties.
struct SoilMaterial: Sendable {
    let name: String
    /// Per cent.
    let plasticLimit: ClosedRange<Double>
    let plasticityIndex: ClosedRange<Double>
    let specificGravity: ClosedRange<Double>
    let voidRatio: ClosedRange<Double>
    /// Before scatter.
    let grains: GrainSizes
    /// Effective friction angle at the middle of the void ratios.
    let frictionDeg: Double
    let cohesionKPa: ClosedRange<Double>

    static let all = [
        SoilMaterial(
            name: "tailings sand", plasticLimit: 17...21, plasticityIndex: 0...3, specificGravity: 2.65...2.85,
            voidRatio: 0.6...0.95, grains: grains(4, 22, 73, 1), frictionDeg: 34, cohesionKPa: 0...2),
        SoilMaterial(
            name: "tailings silt", plasticLimit: 18...23, plasticityIndex: 1...8, specificGravity: 2.7...2.9,
            voidRatio: 0.75...1.15, grains: grains(11, 61, 28, 0), frictionDeg: 32, cohesionKPa: 0...4),
        SoilMaterial(
            name: "tailings slimes", plasticLimit: 20...26, plasticityIndex: 6...18, specificGravity: 2.7...2.95,
            voidRatio: 0.95...1.7, grains: grains(28, 63, 9, 0), frictionDeg: 29, cohesionKPa: 0...6),
        SoilMaterial(
            name: "embankment fill", plasticLimit: 15...20, plasticityIndex: 4...14, specificGravity: 2.64...2.76,
            voidRatio: 0.38...0.6, grains: grains(12, 24, 44, 20), frictionDeg: 33, cohesionKPa: 3...12),
        SoilMaterial(
            name: "foundation clay", plasticLimit: 19...28, plasticityIndex: 15...38, specificGravity: 2.66...2.78,
            voidRatio: 0.6...1.1, grains: grains(42, 44, 13, 1), frictionDeg: 25, cohesionKPa: 4...18),
        SoilMaterial(
            name: "alluvium", plasticLimit: 16...21, plasticityIndex: 1...7, specificGravity: 2.63...2.7,
            voidRatio: 0.45...0.75, grains: grains(6, 18, 54, 22), frictionDeg: 35, cohesionKPa: 0...3),
    ]

    /// Clay, silt, sand and gravel in per cent, as the table above has them.
    private static func grains(_ clay: Double, _ silt: Double, _ sand: Double, _ gravel: Double) -> GrainSizes {
        guard let sizes = GrainSizes(clay: clay, silt: silt, sand: sand, gravel: gravel) else {
            preconditionFailure("a soil of no grains")
        }
        return sizes
    }

    /// Indices into `all` by where the hole is drilled, from the top down; each goes on to the share of the depth.
    static let profiles: [(place: String, layers: [(material: Int, until: Double)])] = [
        ("beach", [(0, 0.45), (1, 0.8), (4, 1)]),
        ("decant area", [(2, 0.7), (1, 0.85), (4, 1)]),
        ("crest", [(3, 0.55), (0, 0.75), (5, 1)]),
        ("downstream slope", [(3, 0.7), (5, 0.85), (4, 1)]),
        ("toe", [(5, 0.55), (4, 1)]),
    ]

    /// Unified Soil Classification System (ASTM D2487), gradation of clean coarse soils left open: from per cent of
    /// fines and gravel, liquid limit and plasticity index.
    static func classification(fines: Double, gravel: Double, liquidLimit: Double, plasticityIndex: Double) -> String {
        let line = 0.73 * (liquidLimit - 20)
        let isAbove = plasticityIndex >= line
        if fines >= 50 {
            if liquidLimit >= 50 { return isAbove ? "CH" : "MH" }
            if plasticityIndex > 7, isAbove { return "CL" }
            if plasticityIndex >= 4, isAbove { return "CL-ML" }
            return "ML"
        }
        let coarse = gravel > (100 - fines) / 2 ? "G" : "S"
        if fines < 5 { return coarse + "P" }
        let isClayey = plasticityIndex > 7 && isAbove
        if fines <= 12 { return "\(coarse)P-\(coarse)\(isClayey ? "C" : "M")" }
        if isClayey { return coarse + "C" }
        return plasticityIndex >= 4 && isAbove ? "\(coarse)C-\(coarse)M" : coarse + "M"
    }
}

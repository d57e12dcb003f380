/// A slice of strand that freezes from its surface, by the enthalpy method on a fixed grid (Voller & Cross 1981):
/// the front needs no tracking, and a freezing range between solidus and liquidus is as easy as a freezing point.
public struct ShellModel: Sendable, Equatable {
    public struct Parameters: Sendable, Equatable {
        public var material: StefanProblem.Material
        public var latentJPerKg: Double
        public var solidusC: Double
        public var liquidusC: Double

        public init(material: StefanProblem.Material, latentJPerKg: Double, solidusC: Double, liquidusC: Double) {
            self.material = material
            self.latentJPerKg = latentJPerKg
            self.solidusC = solidusC
            self.liquidusC = liquidusC
        }
    }

    public enum Surface: Sendable, Equatable {
        case temperature(celsius: Double)
        case flux(kWPerM2: Double)
    }

    public let parameters: Parameters
    public let spacingM: Double
    /// Enthalpy above that of the solid at 0 Cel, J/kg, cell by cell from the surface.
    public private(set) var enthalpies: [Double]

    /// Most cells, and most steps of the grid in one call.
    public static let maxNodes = 10_000
    public static let maxSteps = 10_000_000.0

    /// Liquid at `pouringC` everywhere; `nodes` is clamped to 2 ... `maxNodes`.
    public init(_ parameters: Parameters, depthMm: Double, nodes: Int, pouringC: Double) {
        self.parameters = parameters
        let count = min(max(nodes, 2), ShellModel.maxNodes)
        spacingM = depthMm / 1000 / Double(count)
        enthalpies = []
        enthalpies = Array(repeating: enthalpy(pouringC), count: count)
    }

    /// Longest stable step of the explicit scheme, with a margin: dx^2 / (2 a), a third of it at a fixed surface.
    public var longestStepS: Double { 0.9 * spacingM * spacingM / (3 * parameters.material.diffusivityM2PerS) }

    /// Nothing happens unless `seconds` is positive and takes no more than `maxSteps`.
    public mutating func advance(seconds: Double, surface: Surface) {
        let count = max(1, (seconds / longestStepS).rounded(.up))
        guard seconds > 0, count <= ShellModel.maxSteps else { return }
        let step = seconds / count
        var temperatures = enthalpies.map(temperature)
        var done = 0.0
        while done < count {
            let conductance = parameters.material.conductivityWPerMK / spacingM
            let capacity = step / (parameters.material.densityKgPerM3 * spacingM)
            var inflow =
                switch surface {
                // Half a cell lies between the surface and the first node.
                case .temperature(let celsius): 2 * conductance * (celsius - temperatures[0])
                case .flux(let kW): -kW * 1000
                }
            for index in enthalpies.indices {
                let isLast = index == enthalpies.count - 1
                let outflow = isLast ? 0 : conductance * (temperatures[index] - temperatures[index + 1])
                enthalpies[index] += capacity * (inflow - outflow)
                inflow = outflow
            }
            for index in enthalpies.indices { temperatures[index] = temperature(enthalpies[index]) }
            done += 1
        }
    }

    /// Thickness of what is solid, mushy cells counted by their solid share.
    public var thicknessMm: Double { enthalpies.reduce(0) { $0 + solidShare($1) } * spacingM * 1000 }

    /// NaN where there is no such cell.
    public func temperatureC(cell: Int) -> Double {
        enthalpies.indices.contains(cell) ? temperature(enthalpies[cell]) : .nan
    }

    /// Surface temperature, extrapolated half a cell.
    public var surfaceC: Double { 1.5 * temperature(enthalpies[0]) - 0.5 * temperature(enthalpies[1]) }

    private var atSolidus: Double { parameters.material.heatJPerKgK * parameters.solidusC }
    private var atLiquidus: Double { parameters.material.heatJPerKgK * parameters.liquidusC + parameters.latentJPerKg }

    private func enthalpy(_ celsius: Double) -> Double {
        if celsius <= parameters.solidusC { return parameters.material.heatJPerKgK * celsius }
        if celsius >= parameters.liquidusC {
            return parameters.material.heatJPerKgK * celsius + parameters.latentJPerKg
        }
        let share = (celsius - parameters.solidusC) / (parameters.liquidusC - parameters.solidusC)
        return atSolidus + share * (atLiquidus - atSolidus)
    }

    private func temperature(_ enthalpy: Double) -> Double {
        if enthalpy <= atSolidus { return enthalpy / parameters.material.heatJPerKgK }
        if enthalpy >= atLiquidus { return (enthalpy - parameters.latentJPerKg) / parameters.material.heatJPerKgK }
        let share = (enthalpy - atSolidus) / (atLiquidus - atSolidus)
        return parameters.solidusC + share * (parameters.liquidusC - parameters.solidusC)
    }

    private func solidShare(_ enthalpy: Double) -> Double {
        guard atLiquidus > atSolidus else { return enthalpy <= atSolidus ? 1 : 0 }
        return min(max((atLiquidus - enthalpy) / (atLiquidus - atSolidus), 0), 1)
    }
}

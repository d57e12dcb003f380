/// Laws of primary coolant flow.
public enum PrimaryFlow {
    /// Speed (and flow) left of a pump with flywheel that has lost its motor: w' = -w^2 / (tau w0), hence
    /// w / w0 = 1 / (1 + t / tau) (Todreas & Kazimi, Nuclear Systems I, ch. 3).
    public static func rundown(seconds: Double, timeConstantS: Double) -> Double {
        1 / (1 + max(seconds, 0) / timeConstantS)
    }

    /// The same by a step: exact for a step of any length.
    public static func rundown(from speed: Double, seconds: Double, timeConstantS: Double) -> Double {
        speed / (1 + speed * max(seconds, 0) / timeConstantS)
    }

    /// Natural circulation driven by the power and braked by turbulent friction: W / W0 = (P / P0)^(1/3).
    public static func naturalCirculation(powerFraction: Double) -> Double {
        powerFraction > 0 ? Maths.cbrt(powerFraction) : 0
    }
}

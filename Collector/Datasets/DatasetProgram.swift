import Model
public import Runtime

/// The command line of `bellwether-dataset`.
public enum DatasetProgram {
    public static let program = Program(
        name: "bellwether-dataset",
        summary: "Writes labelled datasets from the simulators, and checks, describes and draws them.",
        version: Version.text, commands: [])
}

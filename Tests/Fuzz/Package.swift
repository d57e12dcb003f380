// swift-tools-version: 6.3
import PackageDescription

// The fuzz targets are a package of their own, because everything that they run must be built for libFuzzer.
// `run.sh` builds and runs one. To add one: a folder with a main.swift-less source as in SparkplugTopic, one line
// below, and a folder of the same name in Corpus.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // What outside bytes meet first is often internal.
    .unsafeFlags(["-sanitize=fuzzer", "-enable-testing"]),
]

func system(_ name: String, _ folder: String, pkgConfig: String? = nil) -> Target {
    .systemLibrary(name: name, path: "\(folder)/\(name)", pkgConfig: pkgConfig)
}
func library(_ name: String, _ folder: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: settings)
}
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + ["Fuzzing"], path: name,
        swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])],
        // The default linker aborts on the fuzzer's sections.
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])])
}

let package = Package(
    name: "Fuzz",
    targets: [
        system("CYAML", "Shared", pkgConfig: "yaml-0.1"),
        system("CJansson", "Shared", pkgConfig: "jansson"),
        system("CCrypto", "Shared", pkgConfig: "libcrypto"),
        system("CZstd", "Shared", pkgConfig: "libzstd"),
        system("CMicrohttpd", "Collector", pkgConfig: "libmicrohttpd"),
        system("CWslay", "Collector"),
        system("COpenSSL", "Collector", pkgConfig: "libssl"),
        .target(name: "CSystem", path: "Shared/CSystem"),
        library("Model", "Shared"),
        library("Runtime", "Shared", ["Model", "CSystem", "CYAML", "CJansson", "CCrypto"]),
        library("Sparkplug", "Shared", ["Model", "Runtime"]),
        library("Assets", "Shared", ["Model"]),
        library("Tables", "Shared", ["Model", "Runtime", "CZstd"]),
        library("Scenarios", "Shared", ["Model", "Runtime"]),
        library("Web", "Collector", ["Model", "Runtime", "CMicrohttpd", "CWslay", "COpenSSL", "CSystem"]),
        .target(name: "Fuzzing", path: "Fuzzing", swiftSettings: settings),

        fuzzer("SparkplugPayload", ["Sparkplug", "Model"]),
        fuzzer("SparkplugTopic", ["Sparkplug", "Model"]),
        fuzzer("WebSocket", ["Web", "Runtime"]),
        fuzzer("Configuration", ["Runtime", "Model"]),
        fuzzer("ParquetTable", ["Tables", "Model", "Runtime"]),
        fuzzer("TextTable", ["Tables", "Model", "Runtime"]),
        fuzzer("ScenarioBytes", ["Scenarios", "Assets", "Model", "Runtime"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)

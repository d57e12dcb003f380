// swift-tools-version: 6.3
import PackageDescription

// Release builds do not specialise generics across modules unless told to (measured 20x on the hot path);
// debug builds carry the seams by which the fault tests break a guard on purpose (Shared/Runtime/Sabotage.swift).
let common: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    .define("SABOTAGE", .when(configuration: .debug)),
]
let crossModule: [SwiftSetting] = [
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))
]
// What simulates is optimised in debug builds too, all its checks left in: tests run over days of simulated time.
// BELLWETHER_PLAIN=1 leaves it as the rest is; Tests/Bench/fingerprints.sh compares such a build with a release.
let optimised: [SwiftSetting] =
    Context.environment["BELLWETHER_PLAIN"] == nil
    ? [
        .unsafeFlags(
            ["-O", "-whole-module-optimization", "-num-threads", "2", "-assert-config", "Debug"],
            .when(configuration: .debug))
    ] : []

func system(_ name: String, _ folder: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(name: name, path: "\(folder)/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}
func library(
    _ name: String, _ folder: String, _ dependencies: [Target.Dependency] = [], _ settings: [SwiftSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "\(folder)/\(name)",
        swiftSettings: common + crossModule + settings)
}
func program(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: common)
}
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)", exclude: exclude,
        swiftSettings: common)
}

let package = Package(
    name: "Bellwether",
    products: [
        .executable(name: "bellwether-agent", targets: ["bellwether-agent"]),
        .executable(name: "bellwether-collector", targets: ["bellwether-collector"]),
        .executable(name: "bellwether-dataset", targets: ["bellwether-dataset"]),
    ],
    targets: [
        // C libraries from Debian; each is imported by exactly one Swift module.
        system("CMosquitto", "Shared", pkgConfig: "libmosquitto", apt: "libmosquitto-dev"),
        system("CSQLite", "Shared", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("CYAML", "Shared", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        system("CJansson", "Shared", pkgConfig: "jansson", apt: "libjansson-dev"),
        system("CCrypto", "Shared", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CZstd", "Shared", pkgConfig: "libzstd", apt: "libzstd-dev"),
        system("CPostgres", "Collector", pkgConfig: "libpq", apt: "libpq-dev"),
        system("CMicrohttpd", "Collector", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        system("CWslay", "Collector", apt: "libwslay-dev"),
        system("COpenSSL", "Collector", pkgConfig: "libssl", apt: "libssl-dev"),
        .target(name: "CSystem", path: "Shared/CSystem"),
        .target(name: "CDashboard", path: "Collector/Dashboard"),
        .target(name: "CMigrations", path: "Collector/Migrations"),

        // Shared
        library("Model", "Shared", [], optimised),
        library("Runtime", "Shared", ["Model", "CSystem", "CYAML", "CJansson", "CCrypto"]),
        library("Sparkplug", "Shared", ["Model", "Runtime"]),
        library("MQTT", "Shared", ["Model", "Runtime", "CMosquitto", "CSystem"]),
        library("Assets", "Shared", ["Model"], optimised),
        library("Tables", "Shared", ["Model", "Runtime", "CZstd"]),
        library("Scenarios", "Shared", ["Model", "Runtime"]),

        // Agent
        library("Outbox", "Agent", ["Model", "Runtime", "CSQLite", "CSystem"]),
        library(
            "AgentCore", "Agent",
            ["Model", "Runtime", "Sparkplug", "MQTT", "Assets", "Scenarios", "Outbox", "Tables", "CSystem"]),
        program("bellwether-agent", "Agent/agent", ["AgentCore", "Runtime"]),

        // Collector
        library("Postgres", "Collector", ["Model", "Runtime", "Assets", "Analytics", "CPostgres", "CMigrations"]),
        library("Analytics", "Collector", ["Model", "Runtime", "Assets", "Scenarios"]),
        library(
            "Ingest", "Collector",
            ["Model", "Runtime", "Sparkplug", "MQTT", "Assets", "Scenarios", "Postgres", "Analytics", "CSystem"]),
        library("Web", "Collector", ["Model", "Runtime", "CMicrohttpd", "CWslay", "COpenSSL", "CSystem"]),
        library(
            "API", "Collector",
            ["Model", "Runtime", "Assets", "Scenarios", "Postgres", "Analytics", "Ingest", "Web", "CDashboard"]),
        library("Datasets", "Collector", ["Model", "Runtime", "Assets", "Scenarios", "Tables"]),
        program(
            "bellwether-collector", "Collector/collector",
            ["API", "Analytics", "Assets", "Ingest", "Model", "Postgres", "Runtime", "Scenarios"]),
        program("bellwether-dataset", "Collector/dataset", ["Datasets", "Runtime"]),

        // Tests
        .target(name: "CSpawn", path: "Tests/CSpawn"),
        .target(
            name: "TestSupport", dependencies: ["Model", "Runtime", "CSystem", "CSpawn"], path: "Tests/TestSupport",
            swiftSettings: common),
        .executableTarget(
            name: "bench",
            dependencies: [
                "AgentCore", "Assets", "CSystem", "Model", "MQTT", "Outbox", "Runtime", "Sparkplug", "Tables",
                "TestSupport",
            ],
            path: "Tests/Bench", exclude: ["rivals", "run.sh", "fingerprints.sh"], swiftSettings: common),
        tests("ModelTests", ["Model"]),
        tests("RuntimeTests", ["Runtime", "Model", "CSystem"]),
        tests("SparkplugTests", ["Sparkplug", "Model", "Runtime"], exclude: ["sparkplug_b.proto"]),
        tests("MQTTTests", ["MQTT", "Model", "Runtime"]),
        tests("AssetsTests", ["Assets", "Model"]),
        tests("TablesTests", ["Tables", "Model", "Runtime"], exclude: ["Python"]),
        tests("DatasetsTests", ["Assets", "Datasets", "Scenarios", "Tables", "Model", "Runtime"], exclude: ["Python"]),
        tests("ScenariosTests", ["Scenarios", "Assets", "Model", "Runtime"]),
        tests("OutboxTests", ["Outbox", "Model", "Runtime"]),
        tests(
            "AgentCoreTests", ["AgentCore", "Outbox", "Model", "Runtime", "Sparkplug", "Assets", "Scenarios", "Tables"]),
        tests("PostgresTests", ["Postgres", "Model", "Runtime", "Assets"]),
        tests("AnalyticsTests", ["Analytics", "Assets", "Model", "Runtime", "Scenarios"]),
        tests("IngestTests", ["Ingest", "MQTT", "Postgres", "Sparkplug", "Model", "Runtime", "Assets", "Scenarios"]),
        tests("WebTests", ["Web", "Runtime", "Model"]),
        tests(
            "APITests", ["API", "Analytics", "Web", "Ingest", "Postgres", "Model", "Runtime", "Assets", "Scenarios"]),
        tests(
            "Integration", ["AgentCore", "Ingest", "Postgres", "MQTT", "Sparkplug", "Runtime", "Model", "Assets"],
            exclude: ["Python"]),
        tests("System", ["Assets", "Datasets", "Tables", "Model", "Outbox", "Postgres", "Runtime", "Sparkplug"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)

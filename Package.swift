// swift-tools-version: 6.2
import PackageDescription

/// One set of settings for every target of ours, so that no floor is checked less strictly than another.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// For the C of ours: what overruns the stack ends the process, and so does what the library sees overrun a buffer.
let cSettings: [CSetting] = [
    .unsafeFlags(["-fstack-protector-strong"]),
    .define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release)),
]

/// Symbols are bound at the start, and their table is read-only from then on (full RELRO).
let linkerSettings: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now"])
]

func floor(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func nio(_ product: String) -> Target.Dependency { .product(name: product, package: "swift-nio") }

/// What TLS, and only TLS, is made of.
let tlsProducts: [Target.Dependency] = [
    nio("NIOCore"), nio("NIOEmbedded"), nio("NIOTLS"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "X509", package: "swift-certificates"),
    .product(name: "Crypto", package: "swift-crypto"),
    .product(name: "CryptoExtras", package: "swift-crypto"),
    .product(name: "SwiftASN1", package: "swift-asn1"),
]

let package = Package(
    name: "muster",
    products: [
        .executable(name: "muster", targets: ["muster"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", "4.5.2"..<"6.0.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Floor 0: vocabulary and pure policy
        floor("MusterCore"),
        .target(name: "CMusterLinux", cSettings: cSettings, linkerSettings: [.linkedLibrary("z")]),
        .target(name: "CMusterScan", cSettings: cSettings),
        // A language of patterns, for whatever reads bytes
        floor("MusterPattern", ["CMusterScan"]),
        // Floor 1: codecs, the system, the engine, text for people and programs
        floor("MusterWire", ["MusterCore"]),
        floor("MusterSystem", ["MusterCore", "CMusterLinux"]),
        floor("MusterTLS", tlsProducts),
        floor("MusterEngine", ["MusterCore"]),
        floor("MusterText", ["MusterCore"]),
        // Floor 2: inventories and reports of checks, what a check does, a fleet to try it on, logs, commands on hosts
        floor("MusterFormats", ["MusterCore", "MusterText"]),
        floor("MusterProbes", ["MusterCore", "MusterWire", "MusterSystem", "MusterTLS"]),
        floor("MusterLab", ["MusterCore", "MusterWire", "MusterSystem", "MusterTLS"]),
        floor("MusterLogs", ["MusterCore", "MusterText", "MusterSystem", "MusterPattern", "CMusterScan"]),
        floor("MusterRotation", ["MusterCore", "MusterText", "MusterSystem"]),
        floor(
            "MusterFleet",
            [
                "MusterCore", "MusterSystem", "MusterEngine", "MusterText",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        // Floor 4: the command line, the only wiring
        .executableTarget(
            name: "muster",
            dependencies: [
                "MusterCore", "MusterSystem", "MusterEngine", "MusterText", "MusterFormats", "MusterProbes",
                "MusterLab",
                "MusterLogs", "MusterRotation", "MusterFleet",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swiftSettings, linkerSettings: linkerSettings),
        // Benchmarks: muster against what the kernel lets anybody reach
        .target(name: "CMusterLimits", path: "Benchmarks/CMusterLimits"),
        .target(
            name: "MusterBenchmarkResults", dependencies: ["MusterCore", "MusterText"], path: "Benchmarks/Results",
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "muster-benchmarks",
            dependencies: [
                "CMusterLimits", "MusterBenchmarkResults", "MusterCore", "MusterSystem", "MusterTLS", "MusterEngine",
                "MusterText",
                "MusterProbes",
                nio("NIOCore"), nio("NIOEmbedded"), nio("NIOTLS"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks", exclude: ["CMusterLimits", "Results"], sources: ["Contenders", "Suite", "Workloads"],
            swiftSettings: swiftSettings),
        // Tests
        .target(
            name: "MusterTesting", dependencies: ["MusterCore", "MusterEngine", "MusterSystem"],
            path: "Tests/MusterTesting",
            swiftSettings: swiftSettings),
        tests("MusterCoreTests", ["MusterCore", "MusterTesting"]),
        tests("MusterWireTests", ["MusterWire", nio("NIOHTTP1"), nio("NIOCore"), nio("NIOEmbedded")]),
        .executableTarget(
            name: "muster-disk-server", dependencies: ["MusterSystem"], path: "Tests/Programs/DiskServer",
            swiftSettings: swiftSettings),
        tests("MusterSystemTests", ["MusterSystem", "MusterCore", "MusterTesting", "muster-disk-server"]),
        tests("MusterTLSTests", ["MusterTLS"] + tlsProducts),
        tests("MusterEngineTests", ["MusterEngine", "MusterCore", "MusterTesting"]),
        tests("MusterTextTests", ["MusterText", "MusterCore", "MusterTesting"]),
        tests(
            "MusterFormatsTests", ["MusterFormats", "MusterCore", "MusterText", "MusterTesting"],
            resources: [.copy("Reports/Golden")]),
        tests(
            "MusterProbesTests",
            [
                "MusterProbes", "MusterCore", "MusterWire", "MusterSystem", "MusterTLS", "MusterText", "MusterFormats",
                "MusterTesting",
            ]),
        // The whole of muster on a model network and its clock
        tests(
            "MusterNetworkTests",
            [
                "MusterProbes", "MusterCore", "MusterWire", "MusterSystem", "MusterTLS", "MusterEngine",
                "MusterFormats",
                "MusterTesting",
            ]),
        tests("MusterPatternTests", ["MusterPattern", "MusterTesting"]),
        tests(
            "MusterLogsTests",
            ["MusterLogs", "MusterCore", "MusterText", "MusterPattern", "MusterSystem", "MusterTesting"],
            resources: [.copy("Reports/Golden")]),
        // A process of its own for the tests of rotation, which is killed
        .executableTarget(
            name: "RotationVictim", dependencies: ["MusterCore", "MusterRotation", "MusterSystem", "MusterTesting"],
            path: "Tests/Programs/RotationVictim", swiftSettings: swiftSettings),
        tests(
            "MusterRotationTests",
            ["MusterRotation", "MusterCore", "MusterText", "MusterSystem", "MusterTesting", "RotationVictim"]),
        tests(
            "MusterFleetTests",
            ["MusterFleet", "MusterCore", "MusterSystem", "MusterEngine", "MusterText", "MusterTesting"]),
        tests(
            "MusterBenchmarksTests",
            ["MusterBenchmarkResults", "MusterCore", "MusterTesting", "muster", "muster-benchmarks"]),
        tests("MusterLabTests", ["MusterLab", "MusterCore", "MusterWire", "MusterSystem", "MusterTLS"]),
        tests(
            "MusterCommandTests",
            [
                "muster", "MusterCore", "MusterFleet", "MusterText", "MusterRotation", "MusterSystem", "MusterTesting",
            ]),
    ]
)

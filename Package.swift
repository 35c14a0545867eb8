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

func floor(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

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
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Floor 0
        floor("MusterCore"),
        .target(name: "CMusterLinux"),
        // Floor 1
        floor("MusterWire"),
        floor("MusterSystem", ["MusterCore", "CMusterLinux"]),
        floor("MusterFormats", ["MusterCore"]),
        floor(
            "MusterTLS",
            [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ]),
        floor("MusterEngine", ["MusterCore"]),
        // Floor 2
        floor("MusterProbes", ["MusterCore", "MusterWire", "MusterSystem", "MusterTLS"]),
        // Floor 2
        floor("MusterLab", ["MusterCore", "MusterWire", "MusterSystem", "MusterTLS"]),
        // The command line
        .executableTarget(
            name: "muster",
            dependencies: [
                "MusterCore", "MusterSystem", "MusterEngine", "MusterFormats", "MusterProbes", "MusterLab",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: swiftSettings),
        // Tests
        tests("MusterCoreTests", ["MusterCore"]),
        tests("MusterFormatsTests", ["MusterCore", "MusterFormats"], resources: [.copy("Reports/Golden")]),
        tests("MusterWireTests", ["MusterWire", .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio")]),
        tests(
            "MusterTLSTests",
            [
                "MusterTLS",
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ]),
        tests("MusterTLSTests", ["MusterTLS"]),
        tests("MusterLabTests", ["MusterLab", "MusterCore", "MusterWire", "MusterSystem", "MusterTLS"]),
    ]
)

// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built with the same strictness; see .github/CONTRIBUTING.md.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// Tests keep the language mode and the warnings, but may use pointers without ceremony.
let relaxed: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// What every test runs a thousand times over is optimized in debug builds too: generic code that
/// is not costs a fifth of a run of all tests. A module at a time: file by file takes twice as long.
/// The driver remarks that this is not incremental, and it is the faster way after a change, too.
let optimized: [SwiftSetting] = [
    .unsafeFlags(
        ["-O", "-wmo", "-num-threads", "2", "-disable-batch-mode"], .when(configuration: .debug))
]

/// What `jwtctl version` says about the build. Makefile tells it for releases; in a development build
/// a commit would have everything linked again.
let buildFacts: [CSetting] = ["JWTCTL_COMMIT", "JWTCTL_COMMIT_DATE", "JWTCTL_SWIFT"].compactMap {
    name in Context.environment[name].map { .define(name, to: "\"\($0)\"") }
}

/// A library target; imports point down only, so the order below is the order of the layers.
func library(
    _ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = optimized
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: relaxed)
}

let package = Package(
    name: "jwtctl",
    products: [.executable(name: "jwtctl", targets: ["jwtctl"])],
    targets: [
        // Layer 0: C headers, and what is called before Swift is. No pkg-config for hiredis: its .pc file makes SwiftPM warn.
        .systemLibrary(name: "CPlatform"),
        .target(name: "CEntry", cSettings: buildFacts),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        // Layer 1
        library("Platform", ["CEntry", "CPlatform"]),
        library("JSON", []),
        // Layer 2
        library("OpenSSL", ["COpenSSL", "Platform"]),
        // Layer 3
        library("JOSE", ["JSON", "OpenSSL", "Platform"]),
        library("Redis", ["CHiredis", "OpenSSL", "Platform"]),
        // Layer 4
        library("Layouts", ["JSON", "OpenSSL", "Platform", "Redis"]),
        library("CommandKit", ["Platform"]),
        // Layer 5
        library("TokenStore", ["JSON", "Layouts", "Platform", "Redis"]),
        // Layer 6
        library(
            "Commands",
            [
                "CommandKit", "JOSE", "JSON", "Layouts", "OpenSSL", "Platform", "Redis",
                "TokenStore",
            ], []),
        // Layer 7
        .executableTarget(
            name: "jwtctl", dependencies: ["Commands", "Platform"], swiftSettings: strict),

        .target(
            name: "TestSupport",
            dependencies: ["CommandKit", "Commands", "JSON", "Layouts", "Platform"],
            path: "Tests/TestSupport", swiftSettings: relaxed),
        // jwtctl as a static file, which starts in a quarter of the time: tests start it ten thousand
        // times. lld does not warn of each caller of getaddrinfo, as others do.
        .executableTarget(
            name: "StaticTool", dependencies: ["Commands", "Platform"], path: "Tests/StaticTool",
            swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-static-executable", "-use-ld=lld"])]),
        tests("PlatformTests", ["Platform"]),
        tests("JSONTests", ["JSON"]),
        tests("OpenSSLTests", ["OpenSSL", "Platform"]),
        tests("JOSETests", ["JOSE", "JSON", "OpenSSL", "Platform"]),
        tests("RedisTests", ["OpenSSL", "Redis", "Platform"]),
        tests("LayoutsTests", ["JSON", "Layouts", "Redis"]),
        tests(
            "TokenStoreTests", ["TokenStore", "Layouts", "Redis", "OpenSSL", "JSON", "jwtctl"]),
        tests("CommandKitTests", ["CommandKit", "Platform"]),
        tests(
            "CommandsTests",
            [
                "Commands", "CommandKit", "JOSE", "JSON", "Layouts", "OpenSSL", "Platform",
                "Redis", "TokenStore", "jwtctl",
            ]),
        tests("HostileTests", ["Commands", "JOSE", "JSON", "OpenSSL", "Platform", "jwtctl"]),
        .testTarget(
            name: "ScriptTests",
            dependencies: ["TestSupport", "jwtctl", "Commands", "CommandKit"], exclude: ["Scripts"],
            swiftSettings: relaxed),
        tests("HistoryTests", ["jwtctl"]),
        .testTarget(
            name: "EndToEndTests", dependencies: ["TestSupport", "jwtctl"], swiftSettings: relaxed),
    ],
    swiftLanguageModes: [.v6]
)

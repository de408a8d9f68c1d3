// swift-tools-version: 6.2
import PackageDescription

/// `STRONGROOM_FUZZ=1` builds for libFuzzer: our modules with its counters and AddressSanitizer, and the driver.
let fuzzing = Context.environment["STRONGROOM_FUZZ"] != nil
let counted: [SwiftSetting] = fuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : []

/// `STRONGROOM_TESTS=1`, as `make test` sets it, keeps all assertions of ours in a release build, and doesn't optimize the
/// tests themselves: the proofs among them run thousands of commands, and only those take time.
let testingQuickly = Context.environment["STRONGROOM_TESTS"] != nil
let quick: [SwiftSetting] = testingQuickly ? [.unsafeFlags(["-assert-config", "Debug"])] : []

/// `STRONGROOM_BENCH=1` adds what measures single parts, and the library that it is made with: whoever builds or tests
/// needs none of it.
let measuring = Context.environment["STRONGROOM_BENCH"] != nil

/// `STRONGROOM_SANITIZE=thread|address`, as Scripts/sanitize sets it, leaves out what that sanitizer doesn't run: commands,
/// pages, drills, proofs.
let sanitizer = Context.environment["STRONGROOM_SANITIZE"]

/// What `strongroom --version` calls the build.
let commit =
  Context.gitInformation.map { $0.currentCommit.prefix(12) + ($0.hasUncommittedChanges ? "+" : "") }
  ?? "unknown"

/// One setting for every target of ours: Swift 6 mode, strict memory safety, warnings are errors.
let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ] + counted + quick

/// Tests run on the same terms, but may unwrap and keep their imports simple.
let lenient: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
  ] + counted
let testing = lenient + (testingQuickly ? [.unsafeFlags(["-Onone"])] : [])

/// What tests stand on, and has none itself.
let kit = lenient + quick

let package = Package(
  name: "strongroom",
  products: [
    .executable(name: "strongroom", targets: ["strongroom"]),
    .library(
      name: "StrongroomKit",
      targets: ["Vault", "Rules", "Backup", "Drill", "Compliance", "Sealing", "Boxes", "Ledger"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZxcvbn", providers: [.apt(["libzxcvbn-dev"])]),
    .systemLibrary(name: "CLinux"),
    .target(name: "CBuild", cSettings: [.define("STRONGROOM_COMMIT", to: "\"\(commit)\"")]),
    .target(
      name: "Sealing",
      dependencies: ["COpenSSL", "CZxcvbn", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict),
    .target(name: "Keyring", dependencies: ["Sealing"], swiftSettings: strict),
    .target(
      name: "Boxes",
      dependencies: ["Sealing", "CZstd", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["table.proto"], swiftSettings: strict),
    .testTarget(
      name: "BoxesTests",
      dependencies: [
        "Boxes", "Sealing", "TestKit", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], swiftSettings: testing),
    .target(name: "Ledger", dependencies: ["Sealing"], swiftSettings: strict),
    .target(name: "Storage", dependencies: ["CLinux"], swiftSettings: strict),
    .target(name: "Rules", dependencies: ["Sealing", "Keyring", "Boxes", "Ledger"], swiftSettings: strict),
    .target(
      name: "Vault",
      dependencies: [
        "Rules", "Sealing", "Keyring", "Boxes", "Ledger", "Storage",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      resources: [.embedInCode("Resources")], swiftSettings: strict),
    .target(
      name: "Backup", dependencies: ["Vault", "Rules", "Sealing", "Keyring", "Ledger", "Storage"],
      swiftSettings: strict),
    .target(
      name: "Drill",
      dependencies: [
        "Backup", "Vault", "Rules", "Ledger", "Sealing", "Storage",
        .product(name: "Yams", package: "Yams"),
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Resources")], swiftSettings: strict),
    .target(
      name: "Round",
      dependencies: ["Drill", "Backup", "Vault", "Rules", "Sealing", "Storage"], swiftSettings: strict),
    .target(
      name: "Compliance",
      dependencies: [
        "Drill", "Vault", "Rules", "Keyring", "Sealing", "Storage",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Resources")], swiftSettings: strict),
    .executableTarget(
      name: "strongroom",
      dependencies: [
        "CBuild", "Compliance", "Round", "Drill", "Backup", "Vault", "Rules", "Sealing", "Storage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Resources")], swiftSettings: strict),
    .target(
      name: "StorageFaults", dependencies: ["Storage"], path: "Tests/StorageFaults", swiftSettings: kit),
    .target(
      name: "StoreContract", dependencies: ["Storage", "TestKit"], path: "Tests/StoreContract",
      swiftSettings: kit),
    .target(
      name: "TestKit", dependencies: ["Backup", "Vault", "Rules", "Sealing", "Storage"],
      path: "Tests/TestKit",
      swiftSettings: kit),
    .target(
      name: "Proving",
      dependencies: ["Drill", "Backup", "Vault", "Rules", "Sealing", "Storage", "StorageFaults"],
      path: "Tests/Proving", exclude: ["Disk/recorder.c"], swiftSettings: kit),
    .executableTarget(
      name: "prove",
      dependencies: [
        "Proving", "strongroom", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Prove", swiftSettings: testing),
    .testTarget(
      name: "SealingTests",
      dependencies: ["Sealing", "COpenSSL", .product(name: "Crypto", package: "swift-crypto")],
      exclude: ["Vectors"], swiftSettings: testing),
    .testTarget(
      name: "KeyringTests", dependencies: ["Keyring", "Sealing"], exclude: ["Vectors"], swiftSettings: testing
    ),
    .testTarget(
      name: "LedgerTests", dependencies: ["Ledger", "Sealing"], exclude: ["Vectors"], swiftSettings: testing),
    .testTarget(
      name: "StorageTests", dependencies: ["Storage", "StorageFaults", "StoreContract", "TestKit"],
      swiftSettings: testing),
    .testTarget(
      name: "RulesTests", dependencies: ["Rules", "Keyring", "Boxes", "Ledger", "Sealing"],
      swiftSettings: testing),
    .testTarget(
      name: "VaultTests",
      dependencies: [
        "Backup", "Vault", "Rules", "Sealing", "Keyring", "Boxes", "Ledger", "Storage", "StorageFaults",
        "TestKit",
      ],
      swiftSettings: testing),
    .testTarget(
      name: "BackupTests",
      dependencies: [
        "Backup", "Vault", "Rules", "Sealing", "Storage", "StorageFaults", "Ledger", "Keyring", "TestKit",
      ],
      swiftSettings: testing),
    .testTarget(
      name: "InterleavingTests",
      dependencies: [
        "Backup", "Vault", "Rules", "Sealing", "Keyring", "Storage", "StorageFaults", "Ledger", "TestKit",
      ],
      swiftSettings: testing),
    .testTarget(
      name: "DrillTests",
      dependencies: ["Drill", "Backup", "Vault", "Rules", "Sealing", "Storage", "Ledger", "TestKit"],
      swiftSettings: testing),
    .testTarget(
      name: "RoundTests",
      dependencies: [
        "Round", "Drill", "Backup", "Vault", "Rules", "Sealing", "Storage", "StorageFaults", "TestKit",
      ],
      swiftSettings: testing),
    .testTarget(
      name: "ComplianceTests",
      dependencies: [
        "Compliance", "Drill", "Backup", "Vault", "Rules", "Sealing", "Storage", "Ledger", "TestKit",
      ],
      swiftSettings: testing),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "strongroom", "Round", "Compliance", "TestKit", "Drill", "Vault", "Rules", "Keyring", "Boxes",
        "Ledger", "Storage",
        "Sealing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["later.c", "odd-disk.c"], swiftSettings: testing),
    .testTarget(name: "ProvingTests", dependencies: ["Proving", "strongroom"], swiftSettings: testing),
    .target(
      name: "EveryByte",
      dependencies: ["Backup", "Vault", "Rules", "Sealing", "Keyring", "Storage", "TestKit"],
      path: "Tests/EveryByte", swiftSettings: kit),
    .executableTarget(
      name: "prove-bytes", dependencies: ["EveryByte", "Rules", "TestKit"], path: "Tests/ProveBytes",
      swiftSettings: testing),
    .testTarget(
      name: "EveryByteTests", dependencies: ["EveryByte", "Rules", "TestKit"], swiftSettings: testing),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "EveryByte", "Round", "Drill", "Vault", "Rules", "Keyring", "Boxes", "Ledger", "Storage", "Sealing",
      ],
      path: "Fuzz/Targets", swiftSettings: kit),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: testing),
    .executableTarget(
      name: "long-ledger", dependencies: ["Vault", "Rules", "Ledger", "Sealing"],
      path: "Benchmarks/long-ledger",
      swiftSettings: testing),
    .testTarget(name: "TidyTests", swiftSettings: testing),
  ]
)

/// What speaks to buckets, and the libraries that only it needs. Sanitizers and fuzzers do without: they would be built for
/// an hour, and what comes from a bucket is checked by the modules above.
if sanitizer == nil, !fuzzing {
  package.targets.first { $0.name == "strongroom" }?.dependencies.append("S3")
  package.dependencies += [
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  ]
  package.targets += [
    .target(
      name: "S3",
      dependencies: [
        "Storage",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "S3Tests",
      dependencies: [
        "S3", "Storage", "StoreContract", "TestKit", "strongroom",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ], exclude: ["Servers"],
      swiftSettings: testing),
  ]
}

if let sanitizer {
  let both: Set = [
    "COpenSSL", "CZstd", "CZxcvbn", "CLinux", "Sealing", "Keyring", "Boxes", "Ledger", "Storage", "Rules",
    "Vault", "Backup", "StorageFaults", "StoreContract", "TestKit", "BoxesTests", "StorageTests",
    "VaultTests",
  ]
  let needed = both.union(
    sanitizer == "address"
      ? ["SealingTests", "KeyringTests", "LedgerTests"] : ["BackupTests", "InterleavingTests"])
  package.products = []
  package.targets.removeAll { !needed.contains($0.name) }
}

if fuzzing {
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: ["FuzzTargets", "CFuzzer"], path: "Fuzz/Driver", swiftSettings: testing,
      // The default linker stops at what AddressSanitizer adds.
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
}

if measuring {
  package.dependencies += [
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: [])
  ]
  package.targets += [
    .executableTarget(
      name: "Seams",
      dependencies: [
        "Vault", "Rules", "Ledger", "Boxes", "Sealing", .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Seams", swiftSettings: testing,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
}

// swift-tools-version: 6.1
import PackageDescription

// Measurements of single parts, so that a regression shows where it is. A package of its own: whoever builds or
// tests Strongroom needs none of what this depends on.
let package = Package(
  name: "strongroom-benchmarks",
  dependencies: [
    .package(name: "strongroom", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Seams",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "StrongroomKit", package: "strongroom"),
      ],
      path: "Benchmarks/Seams",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    .executableTarget(
      name: "long-ledger", dependencies: [.product(name: "StrongroomKit", package: "strongroom")]),
  ]
)

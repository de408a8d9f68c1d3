import Benchmark
import Boxes
import Sealing

/// Boxes into nothing: compressing, sealing and digesting without a disk.
func boxWriter() {
  Benchmark(
    "box writer: 4,096 records of 4 KiB, 64 bundles",
    configuration: .init(metrics: [.wallClock, .cpuTotal, rate])
  ) { (benchmark) in
    let contents = (0..<4096).map { rows(4096, seed: $0) }
    try write(benchmark, contents, perBundle: 64, rate, amount: 4096)
  }

  for (kind, make) in [("that shrink", rows), ("that don't", noise)] {
    Benchmark(
      "box writer: 16 records of 4 MiB \(kind)",
      configuration: .init(metrics: [.wallClock, .cpuTotal, speed])
    ) { (benchmark) in
      let contents = (0..<16).map { make(4 << 20, $0) }
      try write(benchmark, contents, perBundle: 16, speed, amount: Double(64 << 20) / 1e6)
    }
  }
}

private func write(
  _ benchmark: Benchmark, _ contents: [[UInt8]], perBundle: Int, _ metric: BenchmarkMetric, amount: Double
) throws {
  let house = try House()
  let labels = try contents.indices.map(house.label)
  let seals = try (0..<contents.count / perBundle).map(house.seal)
  try measure(benchmark, metric, amount: amount) {
    let writer = try BoxWriter(
      vault: house.vault, year: 2037, classID: house.classID, epoch: 1, indexKey: house.indexKey,
      sink: Nowhere(),
      workspace: house.workspace)
    for (number, seal) in seals.enumerated() {
      try writer.beginBundle(seal)
      for record in number * perBundle..<(number + 1) * perBundle {
        let content = contents[record]
        blackHole(try writer.append(labels[record], content: content.span))
      }
      _ = try writer.endBundle()
    }
    blackHole(try writer.finish())
  }
}

private final class Nowhere: BoxSink {
  func write(_ bytes: Span<UInt8>) { blackHole(bytes.count) }
}

/// Ids and keys of a made-up vault.
private struct House {
  let vault: Identifier
  let classID: Identifier
  let indexKey: Secret
  let workspace: BoxWorkspace

  init() throws {
    vault = try .random()
    classID = try .random()
    indexKey = try .random(count: 32)
    workspace = try BoxWorkspace()
  }

  /// Subjects ascend with their number.
  func seal(_ number: Int) throws -> BundleSealingKeys {
    let subject = [UInt8](repeating: 0, count: 14) + [UInt8(number >> 8), UInt8(number & 0xff)]
    guard let subject = Identifier(bytes: subject), let check = KeyCheck([1, 2, 3, 4, 5, 6, 7, 8]) else {
      throw Impossible()
    }
    return BundleSealingKeys(
      bundle: try .random(), subject: subject, epoch: 1, bundleKey: try .random(count: 32),
      contentKey: try .random(count: 32), keyCheck: check)
  }

  func label(_ number: Int) throws -> RecordLabel {
    RecordLabel(
      id: try .random(), path: Array("orders/2019-04-\(number).csv".utf8), source: "crm",
      subject: Array("C-1042".utf8), title: "orders \(number)", mediaType: "text/csv", sealedAt: 1_700_000_000
    )
  }
}

struct Impossible: Error {}

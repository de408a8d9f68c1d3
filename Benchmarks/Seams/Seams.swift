import Benchmark

/// MB (10^6 bytes) of plaintext per second.
let speed = BenchmarkMetric.custom("MB/s", polarity: .prefersLarger, useScalingFactor: false)
/// Records, entries or keys per second.
let rate = BenchmarkMetric.custom("per second", polarity: .prefersLarger, useScalingFactor: false)

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .cpuTotal], warmupIterations: 2, maxDuration: .seconds(4), maxIterations: 1000)
  sealedStream()
  digests()
  boxWriter()
  ledger()
  keyDerivation()
}

/// What the benchmarks measure besides time: the amount of work by the seconds that it took.
func measure(_ benchmark: Benchmark, _ metric: BenchmarkMetric, amount: Double, _ work: () throws -> Void)
  rethrows
{
  let clock = ContinuousClock()
  benchmark.startMeasurement()
  let taken = try clock.measure(work)
  benchmark.stopMeasurement()
  benchmark.measurement(metric, Int(amount / (taken / .seconds(1))))
}

/// Bytes that don't shrink, the same in every run.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var dice = Dice(state: seed)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count + 8)
  while bytes.count < count {
    let word = dice.next()
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }
  bytes.removeLast(bytes.count - count)
  return bytes
}

/// Rows as of orders, which shrink 4 or 5 to 1.
func rows(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var dice = Dice(state: seed)
  let states = ["PAID", "SHIPPED", "CLOSED", "REFUNDED", "CANCELLED", "PENDING"]
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count + 128)
  while bytes.count < count {
    let (order, customer, day, price) = (dice.next(), dice.next(), dice.next(), dice.next())
    let row =
      "20\(order % 10_000_000_000),\(customer % 100_000_000),20\(10 + day % 15)-0\(day % 9 + 1)-1\(day % 10),"
      + "\(price % 500_000).\(price % 90 + 10),\(states[Int(price % 6)])\n"
    bytes.append(contentsOf: row.utf8)
  }
  bytes.removeLast(bytes.count - count)
  return bytes
}

/// SplitMix64.
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

import Benchmark
import Sealing

/// A sealed stream of 16 MiB, piece by piece as bodies of bundles go.
func sealedStream() {
  let size = 16 << 20

  Benchmark("sealed stream: seal 16 MiB", configuration: .init(metrics: [.wallClock, .cpuTotal, speed])) {
    (benchmark) in
    let plain = noise(size)
    let key = try Secret.random(count: 32)
    let context = [UInt8](repeating: 7, count: SealContext.byteCount)
    try measure(benchmark, speed, amount: Double(size) / 1e6) {
      let sealer = try StreamSealer(key: key, context: context)
      try sealer.append(plain.span) { blackHole($0.count) }
      try sealer.finish { blackHole($0.count) }
    }
  }

  Benchmark("sealed stream: open 16 MiB", configuration: .init(metrics: [.wallClock, .cpuTotal, speed])) {
    (benchmark) in
    let key = try Secret.random(count: 32)
    let context = [UInt8](repeating: 7, count: SealContext.byteCount)
    let sealed = try SealedStream.seal(noise(size).span, key: key, context: context)
    try measure(benchmark, speed, amount: Double(size) / 1e6) {
      let opener = try StreamOpener(
        header: sealed.span.extracting(0..<SealedStream.headerSize), key: key, context: context)
      try opener.append(sealed.span.extracting(SealedStream.headerSize..<sealed.count)) {
        blackHole($0.count)
      }
      try opener.finish { blackHole($0.count) }
    }
  }
}

func digests() {
  Benchmark("SHA-256 of 16 MiB", configuration: .init(metrics: [.wallClock, .cpuTotal, speed])) {
    (benchmark) in
    let bytes = noise(16 << 20)
    measure(benchmark, speed, amount: Double(bytes.count) / 1e6) { blackHole(Digest.sha256(of: bytes.span)) }
  }

  Benchmark("SHA-256 of 4 KiB, 4,096 times", configuration: .init(metrics: [.wallClock, .cpuTotal, speed])) {
    (benchmark) in
    let bytes = noise(4096)
    let stream = try DigestStream()
    measure(benchmark, speed, amount: 4096 * 4096 / 1e6) {
      for _ in 0..<4096 {
        stream.update(bytes.span)
        blackHole(stream.finish())
      }
    }
  }
}

func keyDerivation() {
  Benchmark("HKDF-SHA-512, 10,000 times", configuration: .init(metrics: [.wallClock, .cpuTotal, rate])) {
    (benchmark) in
    let key = try Secret.random(count: 32)
    let info = noise(64)
    try measure(benchmark, rate, amount: 10_000) {
      for _ in 0..<10_000 { blackHole(try KeyDerivation.hkdf(key, info: info)) }
    }
  }

  Benchmark(
    "scrypt, standard cost", configuration: .init(metrics: [.wallClock, .cpuTotal], maxIterations: 10)
  ) {
    (benchmark) in
    let passphrase = Secret(copying: Array("correct horse battery staple".utf8))
    let salt = noise(16)
    benchmark.startMeasurement()
    blackHole(try KeyDerivation.scrypt(passphrase: passphrase, salt: salt, parameters: .standard))
    benchmark.stopMeasurement()
  }
}

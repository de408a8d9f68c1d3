import Rules
import EveryByte
import Foundation

/// Starts the workers, two at most, and says what they found. A worker that dies is started again behind what it was
/// at, which counts as wrong.
final class Proof {
  private let options: Options
  private let scene: String
  private let workers = min(2, max(1, ProcessInfo.processInfo.activeProcessorCount))
  private var wrongs: [String] = []
  private var tried = 0
  private var peak = 0
  private let begun = Date()
  private var told = Date()

  init(_ options: Options) {
    self.options = options
    scene = options.scene ?? Ground.folder("world")
  }

  /// Whether nothing was wrong.
  func run() async throws -> Bool {
    let world =
      options.scene == nil ? try await Founding.make(options.kind, in: scene) : try await World(in: scene)
    let total = options.changes(in: world).count
    for place in World.PlaceName.allCases {
      let tree = world.trees[place] ?? [:]
      say("\(place.rawValue): \(tree.count) objects, \(tree.values.reduce(0) { $0 + $1.count }) bytes")
    }
    say("\(total) changes, seed \(options.seed)")
    say("broken off, it goes on with: prove-bytes --seed \(options.seed) --scene \(scene) --from NUMBER")
    var shares = try (0..<workers).map { Share(part: $0, worker: try start($0, from: options.from)) }
    while !shares.isEmpty {
      for share in shares { try follow(share) }
      shares.removeAll(where: \.isDone)
      report(shares, total)
      try await Task.sleep(for: .milliseconds(200))
    }
    let seconds = Int(Date().timeIntervalSince(begun))
    say("\(tried) states in \(seconds) s, at most \(peak) MiB; \(wrongs.count) wrong")
    guard wrongs.isEmpty else {
      say("repeat one with: prove-bytes --scene \(scene) --state 'STATE'")
      return false
    }
    try? FileManager.default.removeItem(atPath: scene)
    return true
  }

  private final class Share {
    let part: Int
    var worker: Worker
    var at = 0
    var state = ""
    var isDone = false
    var read: UInt64 = 0

    init(part: Int, worker: Worker) {
      self.part = part
      self.worker = worker
    }
  }

  private struct Worker {
    let process: Process
    let output: String
  }

  private func start(_ part: Int, from: Int) throws -> Worker {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "--worker", "\(part)/\(workers)", "--scene", scene, "--seed", "\(options.seed)", "--every",
      "\(options.every)", "--from", "\(from)",
    ]
    let output = "\(scene)/worker-\(part)-\(from)"
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    try process.run()
    return Worker(process: process, output: output)
  }

  private func follow(_ share: Share) throws {
    // Looked at before its output is read, so that nothing is missed.
    let isRunning = share.worker.process.isRunning
    try readLines(of: share)
    guard !isRunning, !share.isDone else { return }
    let process = share.worker.process
    wrongs.append(
      "\(share.state): the worker ended with \(process.terminationStatus) (\(process.terminationReason))")
    say("wrong \(wrongs[wrongs.count - 1])")
    guard wrongs.count < 1000 else { return share.isDone = true }
    share.worker = try start(share.part, from: share.at + 1)
    share.read = 0
  }

  private func readLines(of share: Share) throws {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: share.worker.output))
    defer { try? file.close() }
    try file.seek(toOffset: share.read)
    let data = try file.readToEnd() ?? Data()
    guard let end = data.lastIndex(of: 0x0a) else { return }
    share.read += UInt64(end - data.startIndex + 1)
    for line in String(decoding: data[...end], as: UTF8.self).split(separator: "\n") {
      take(String(line), share)
    }
  }

  private func take(_ line: String, _ share: Share) {
    let words = line.split(separator: " ", maxSplits: 2).map(String.init)
    switch words.first {
    case "at" where words.count == 3:
      share.at = Int(words[1]) ?? share.at
      share.state = words[2]
    case "wrong":
      wrongs.append(line)
      if wrongs.count <= 200 { say(line) }
    case "end" where words.count == 3:
      tried += Int(words[1]) ?? 0
      peak = max(peak, Int(words[2]) ?? 0)
      share.isDone = true
    default: say(line)
    }
  }

  private func report(_ shares: [Share], _ total: Int) {
    guard Date().timeIntervalSince(told) >= 15, let least = shares.map(\.at).min() else { return }
    told = Date()
    say("\(Int(told.timeIntervalSince(begun))) s: \(least) of \(total), \(wrongs.count) wrong")
  }
}

import Rules
import EveryByte
import TestKit
import Testing

/// A few of the changes that `make every-byte` makes.
@Suite struct EveryByteTests {
  private static let seed: UInt64 = 1

  private func small(in folder: String) async throws -> (World, Trial) {
    let world = try await Founding.make(.small, in: folder + "/world")
    return (world, Trial(try await Bench(world, in: folder + "/bench"), seed: Self.seed))
  }

  /// Place, act and name of a change; there are hundreds of thousands, and their lines are long.
  private static func words(_ change: KeyringEdit) -> [Substring] {
    "\(change)".utf8.split(separator: UInt8(ascii: " "), maxSplits: 3).prefix(3).map { Substring($0) }
  }

  @Test func aSampleOfAllChanges() async throws {
    let folder = Ground.folder("sample")
    defer { PlainFiles.remove(folder) }
    let (world, trial) = try await small(in: folder)
    var dice = Dice(Self.seed, "sample")
    let changes = Changes.every(in: world, seed: Self.seed)
    let sample = (0..<60).map { _ in changes[Int(dice.roll(UInt64(changes.count)))] }
    for change in sample {
      guard let wrongs = try await trial.run(change) else { continue }
      #expect(wrongs.isEmpty, "\(change), seed \(Self.seed)")
    }
    #expect(try trial.isUntouched())
  }

  /// Both copies of each commit of a destination, which may stand at an earlier snapshot then.
  @Test func commitsOfADestination() async throws {
    let folder = Ground.folder("commits")
    defer { PlainFiles.remove(folder) }
    let (world, trial) = try await small(in: folder)
    var seen: Set<Substring> = []
    for change in Changes.every(in: world, seed: Self.seed) {
      let words = Self.words(change)
      guard words[0] == "destination", words[1] == "both", words[2].hasPrefix("ledger/"),
        seen.insert(words[2]).inserted
      else { continue }
      let wrongs = try await trial.run(change)
      #expect(wrongs ?? [] == [], "\(change), seed \(Self.seed)")
    }
    #expect(seen.count > 10)
  }

  /// What stands for every kind of change, so that none of them is left to chance.
  @Test func wholeObjects() async throws {
    let folder = Ground.folder("objects")
    defer { PlainFiles.remove(folder) }
    let (world, trial) = try await small(in: folder)
    var seen: [String: Int] = [:]
    for change in Changes.every(in: world, seed: Self.seed) {
      let words = Self.words(change)
      let kind = "\(words[1]) \(words[2].split(separator: "/")[0])"
      guard seen[kind, default: 0] < 1 else { continue }
      seen[kind, default: 0] += 1
      let wrongs = try await trial.run(change, whole: true)
      #expect(wrongs ?? [] == [], "\(change), seed \(Self.seed)")
    }
    #expect(seen.count > 40)
  }

  @Test(arguments: [
    "vault byte ledger/00000000000000000000 17 5a", "destination both keyring/ab 3 1",
    "vault cut STRONGROOM 5",
    "vault append boxes/ab/ab 00ff", "vault swap boxes/a boxes/b", "vault over boxes/a boxes/b",
    "vault pipe STRONGROOM",
    "vault gone ledger/00000000000000000000", "destination back 2 keyringFirst",
  ])
  func aChangeIsReadFromItsLine(line: String) throws {
    #expect(try #require(KeyringEdit(line)).description == line)
  }
}

import EveryByte
import Foundation
import TestKit

/// Changes every byte of a small vault and its destination: `prove-bytes --help`.
@main struct ProveBytes {
  static func main() async {
    do {
      let options = try Options(CommandLine.arguments.dropFirst())
      if options.help { return say(Options.usage) }
      if let part = options.worker {
        try await Work(options, part: part).run()
      } else if let state = options.state {
        try await Work(options, part: (0, 1)).once(state)
      } else {
        exit(try await Proof(options).run() ? 0 : 1)
      }
    } catch {
      FileHandle.standardError.write(Data("prove-bytes: \(error)\n".utf8))
      exit(2)
    }
  }
}

/// What the command line says.
struct Options {
  var help = false
  var kind = World.Kind.small
  var seed: UInt64 = 1
  /// Only every so-many-th change.
  var every: UInt64 = 1
  var scene: String?
  var state: String?
  var worker: (part: Int, of: Int)?
  var from = 0

  static let usage = """
    prove-bytes [--world small|parts] [--seed N] [--every N]
        makes a vault with its destination, and changes every byte of both, one at a time; --every 100 tries one change in
        a hundred. What it finds wrong it prints, and keeps the vault for repeating it.
    prove-bytes --scene FOLDER --from NUMBER
        goes on with a vault that was kept, from this change on.
    prove-bytes --scene FOLDER --state 'vault byte ledger/00000000000000000000 17 5a'
        repeats one change.
    """

  init(_ arguments: ArraySlice<String>) throws {
    var rest = arguments
    func value(_ option: String) throws -> String {
      guard let value = rest.popFirst() else { throw WorldError("\(option) needs a value") }
      return value
    }
    while let option = rest.popFirst() {
      switch option {
      case "--help": help = true
      case "--world":
        guard let kind = World.Kind(rawValue: try value(option)) else { throw WorldError("no such world") }
        self.kind = kind
      case "--seed": seed = UInt64(try value(option)) ?? 1
      case "--every": every = max(1, UInt64(try value(option)) ?? 1)
      case "--scene": scene = try value(option)
      case "--state": state = try value(option)
      case "--from": from = Int(try value(option)) ?? 0
      case "--worker":
        let parts = try value(option).split(separator: "/").compactMap { Int($0) }
        guard parts.count == 2 else { throw WorldError("--worker PART/OF") }
        worker = (parts[0], parts[1])
      default: throw WorldError("unknown option \(option)\n\(Self.usage)")
      }
    }
  }

  /// The changes that are tried.
  func changes(in world: World) -> [KeyringEdit] {
    let all = Changes.every(in: world, seed: seed)
    guard every > 1 else { return all }
    var dice = Dice(seed, "sample")
    return all.filter { _ in dice.roll(every) == 0 }
  }
}

/// Says a line at once: whoever dies next has said it.
func say(_ line: String) {
  try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
}

internal import Vault

/// Why a snapshot began again, how often, and whether it may once more.
struct SnapshotTries {
  /// What others changed while it was taken.
  struct Changes: Sendable {
    var keyring = false
    var boxes = false

    var areAny: Bool { keyring || boxes }
  }

  /// So often in a row it begins again though no box was copied in between.
  static let mostInVain = 4
  /// So often it begins again at all: whoever moves boxes that are copied as fast doesn't end it.
  static let most = 64

  private var inVain = 0
  private var times = (all: 0, keyring: 0, boxes: 0)

  /// Others changed something.
  /// - Parameter copied: whether boxes were copied since it last began.
  /// - Throws: `VaultError` `.busy` where it is given up.
  mutating func note(_ changes: Changes, copied: Bool) throws(VaultError) {
    inVain = copied ? 0 : inVain + 1
    times.all += 1
    if changes.keyring { times.keyring += 1 }
    if changes.boxes { times.boxes += 1 }
    guard inVain >= Self.mostInVain || times.all >= Self.most else { return }
    throw VaultError(
      .busy, "\(what) while the snapshot was taken",
      safe: "the destination opens as before; what was copied is kept",
      hint: times.boxes > 0 ? .letMovingEnd : "run the command again when nobody changes keys")
  }

  private var what: String {
    let boxes = "boxes were moved \(Self.count(times.boxes))"
    let keyring = "the keyring was changed \(Self.count(times.keyring))"
    return switch (times.boxes, times.keyring) {
    case (_, 0): boxes
    case (0, _): keyring
    default: "\(boxes), and \(keyring)"
    }
  }

  private static func count(_ times: Int) -> String { times == 1 ? "once" : "\(times) times" }
}

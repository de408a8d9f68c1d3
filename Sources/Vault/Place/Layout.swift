internal import Ledger
package import Sealing
package import Storage

/// Where things lie in a place (Format.md, chapter 5). Names only; whether they exist is the store's to say.
package enum Layout {
  /// The file by which a folder is recognised as a place.
  package static let marker = fixed("STRONGROOM")
  /// Folder of the commits.
  package static let ledger = "ledger"
  /// Folder of generations and pages.
  package static let keyring = "keyring"
  /// Folder of the boxes.
  package static let boxes = "boxes"

  /// Whether a folder in which these names lie is a place.
  static func isPlace(_ names: [[UInt8]]) -> Bool {
    [marker.text, ledger, keyring].allSatisfy { names.contains(Array($0.utf8)) }
  }

  /// The commit before which `number` entries stand.
  package static func commit(_ number: UInt64) -> ObjectName {
    fixed(Commit.name(number))
  }

  /// A generation or a page, by the SHA-256 of its bytes.
  package static func keyringFile(_ digest: Digest) -> ObjectName { fixed("\(keyring)/\(digest.hex)") }

  /// A box, by the SHA-256 of its bytes.
  package static func box(_ digest: Digest) -> ObjectName {
    let hex = digest.hex
    return fixed("\(boxes)/\(hex.prefix(2))/\(hex)")
  }

  /// The digest that a name under `keyring/` or `boxes/` states, if it is such a name.
  package static func digest(of name: ObjectName) -> Digest? {
    let parts = name.text.split(separator: "/")
    switch (parts.first, parts.count) {
    case ("keyring", 2): return Digest(hex: parts[1])
    case ("boxes", 3) where parts[2].hasPrefix(parts[1]) && parts[1].count == 2: return Digest(hex: parts[2])
    default: return nil
    }
  }

  /// The number that a name under `ledger/` states, if it is such a name.
  package static func commitNumber(of name: ObjectName) -> UInt64? {
    let text = name.text
    guard text.utf8.count == ledger.utf8.count + 21, text.hasPrefix("\(ledger)/") else { return nil }
    var number: UInt64 = 0
    for digit in text.utf8.suffix(20) {
      guard (0x30...0x39).contains(digit) else { return nil }
      let (tens, first) = number.multipliedReportingOverflow(by: 10)
      let (next, second) = tens.addingReportingOverflow(UInt64(digit - 0x30))
      guard !first, !second else { return nil }
      number = next
    }
    return number
  }

  private static func fixed(_ text: String) -> ObjectName {
    guard let name = ObjectName(text) else { preconditionFailure("a name of our own is malformed") }
    return name
  }
}

/// Why bytes of a ledger were refused: what happened, to which object, and what to do. Equal by code alone.
public struct LedgerError: Error, Sendable, CustomStringConvertible {
  /// The kinds of refusal that a caller may act upon.
  public enum Code: String, Sendable, CaseIterable {
    /// More bytes, entries or nesting than Format 4.1 allows.
    case tooLarge
    /// Not the structure that Format 4.1 to 4.3 or 4.6 describes.
    case malformed
    /// A commit whose size isn't its number plus its entries, or whose number isn't the next one.
    case wrongPlace
    /// The root in the note isn't that of the entries.
    case wrongRoot
    /// The origin isn't the vault's.
    case wrongVault
    /// `founded` elsewhere than at the ledger's beginning, or not there.
    case misplacedFounding
    /// Entries of a commit by different identities, or built by an identity that they don't name.
    case mixedSigners
    /// The signature isn't one by the signer's key.
    case wrongSignature
    /// Signing or sealing failed in the cryptographic library, or with this public key.
    case unavailable
    /// The entry has no sealed part.
    case notSealed
    /// The sealed part doesn't open with this key, or isn't what it should be once opened.
    case cannotOpen
    /// A proof that isn't of the entry.
    case doesNotHold
  }

  /// What kind of refusal it is.
  public let code: Code
  /// What happened.
  public let what: String
  /// To which object: a commit, an entry, a document.
  public let object: String
  /// What to do, if there is something to do.
  public let hint: String?

  /// A refusal of `object`.
  public init(_ code: Code, _ object: String, _ what: String, hint: String? = nil) {
    self.code = code
    self.object = object
    self.what = what
    self.hint = hint
  }

  /// One line for a person, and a hint line where there is one.
  public var description: String {
    "\(object): \(what)" + (hint.map { "\nhint: \($0)" } ?? "")
  }

  /// The same refusal, said of `object`.
  func about(_ object: String) -> LedgerError { LedgerError(code, object, what, hint: hint) }
}

extension LedgerError: Hashable {
  /// Errors are equal when their codes are.
  public static func == (left: LedgerError, right: LedgerError) -> Bool { left.code == right.code }

  /// Hashes the code alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

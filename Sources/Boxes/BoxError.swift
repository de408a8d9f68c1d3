/// Why a box, or something in one, was refused or couldn't be made. Equal by code alone.
public struct BoxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is the matter.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// It doesn't begin as a box does, or has an impossible length.
    case notABox
    /// The version isn't 1.
    case version
    /// It belongs to another vault.
    case otherVault
    /// None of the keys opens it; or it was sealed as something else.
    case wrongKey
    /// Bytes are missing.
    case truncated
    /// A sealed stream isn't as it was sealed.
    case corrupted
    /// The index's bytes aren't those that the ledger names.
    case indexDigest
    /// The index breaks a rule of 3.1.
    case index
    /// The table's authenticator isn't the one in the index.
    case tableContent
    /// The table breaks a rule of 3.2.
    case table
    /// A record's path breaks a rule of 3.2.
    case path
    /// A frame of the body isn't what the table says.
    case frame
    /// A record's SHA-256 differs.
    case recordDigest
    /// Parts that don't make a whole record.
    case parts
    /// More than the format or the call allows.
    case tooLarge
    /// Bundle or box has no room; close it and go on in the next one.
    case full
    /// The bundle is in the box already, or was first named by another entry.
    case bundle
    /// There is nothing to finish.
    case empty
    /// An earlier error left it half written.
    case broken
    /// zstd could not be set up, or failed on its own.
    case zstd
  }

  /// What is the matter.
  public let code: Code
  /// In words; never holds what is sealed.
  public let reason: String

  init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// The reason.
  public var description: String { reason }

  /// Errors are equal by code.
  public static func == (one: BoxError, other: BoxError) -> Bool { one.code == other.code }

  /// Consistent with equality.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }

  /// Whether its first bytes aren't those of a box of this vault: nothing of it is opened.
  package var isOfHeader: Bool { [.notABox, .version, .otherVault].contains(code) }

  /// True where bytes of the box are at fault, and not the reader, the keys or the call: what a reader that
  /// salvages passes over.
  package var isDamage: Bool {
    switch code {
    case .truncated, .corrupted, .indexDigest, .index, .tableContent, .table, .path, .frame, .recordDigest,
      .notABox, .version:
      true
    case .otherVault, .wrongKey, .parts, .tooLarge, .full, .bundle, .empty, .broken, .zstd: false
    }
  }
}

internal import Keyring
internal import Sealing

/// Whether a record is of the customer whom its label names.
public enum Attribution: Sendable {
  /// The directory says so.
  case confirmed
  /// The directory leads that name elsewhere, nowhere, or to several ids: whoever may seal can write any name into a
  /// label.
  case denied
  /// The directory, or a page of it, can't be read.
  case unknown
}

/// The directory for many at once: whose the records are that bear a name. It has pages of its own, since a keyring is
/// one task's.
actor Directory {
  private let keys: OpenKeyring

  /// Nil where the identity doesn't open it.
  init?(
    _ opened: OpenGeneration, files: KeyringFiles, additions: [OpenAddition], unusable: [Digest: VaultError]
  ) {
    guard opened[.directory] != nil else { return nil }
    keys = OpenKeyring(opened, files: files, additions: additions, unusable: unusable)
  }

  /// Whether records of a subject are of the customer whom their labels name.
  func attribution(of subject: Identifier, to label: [UInt8]) async throws -> Attribution {
    guard let name = CustomerName(label) else { return .denied }
    return try await keys.attribution(of: subject, to: name)
  }

  /// Pages that can't be used.
  var findings: [Finding] { keys.unusableFindings }
}

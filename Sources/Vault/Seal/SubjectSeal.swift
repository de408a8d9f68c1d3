internal import Boxes
internal import Keyring
internal import Sealing

/// What the bundles of one customer and class are sealed with: derived once, however many records there are.
struct SubjectSeal {
  let subject: Identifier
  let classID: Identifier
  private let key: Secret
  private let content: Secret

  init(subject: Identifier, classID: Identifier, key: Secret) throws {
    self.subject = subject
    self.classID = classID
    self.key = key
    content = try TwoKeys.contentKey(subject: key)
  }

  /// A new record's id. Made from what the record is known by, under a key of the customer's, so that two writers who
  /// seal the same new record at the same time give it the same id.
  func newID(path: [UInt8], source: String) throws -> Identifier {
    let mark = try KeyDerivation.hmac256(
      key: content, Array("record".utf8) + [0] + Array(source.utf8) + [0] + path)
    return Identifier(bytes: Array(mark.bytes.prefix(16))) ?? .zero
  }

  /// A new bundle.
  func bundle(in seal: ClassSeal) throws -> BundleSeal {
    guard let check = KeyCheck(try TwoKeys.keyCheck(subject: key)) else {
      throw VaultError(.failed, "a key check can't be made")
    }
    return BundleSeal(
      bundle: try Identifier.random(), subject: subject, epoch: seal.epoch,
      bundleKey: try TwoKeys.bundleKey(subject: key, epoch: seal.epochKey), contentKey: content,
      keyCheck: check)
  }
}

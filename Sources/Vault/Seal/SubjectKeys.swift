internal import Boxes
internal import Keyring
internal import Sealing

/// What the bundles of one customer and class are sealed with: derived once, however many records there are.
struct SubjectKeys {
  let customer: SealingSubject
  private let content: Secret

  init(_ customer: SealingSubject) throws {
    self.customer = customer
    content = try KeySchedule.contentKey(subject: customer.key)
  }

  /// A new bundle.
  func bundle(in seal: ClassKeys) throws -> BundleSealingKeys {
    guard let check = KeyCheck(try KeySchedule.keyCheck(subject: customer.key)) else {
      throw VaultError(.failed, "a key check can't be made")
    }
    return BundleSealingKeys(
      bundle: try Identifier.random(), subject: customer.subject, epoch: seal.epoch,
      bundleKey: try KeySchedule.bundleKey(subject: customer.key, epoch: seal.epochKey), contentKey: content,
      keyCheck: check)
  }
}

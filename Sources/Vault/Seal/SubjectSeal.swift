internal import Boxes
internal import Keyring
internal import Sealing

/// What the bundles of one customer and class are sealed with: derived once, however many records there are.
struct SubjectSeal {
  let customer: SealCustomer
  private let content: Secret

  init(_ customer: SealCustomer) throws {
    self.customer = customer
    content = try TwoKeys.contentKey(subject: customer.key)
  }

  /// A new bundle.
  func bundle(in seal: ClassSeal) throws -> BundleSeal {
    guard let check = KeyCheck(try TwoKeys.keyCheck(subject: customer.key)) else {
      throw VaultError(.failed, "a key check can't be made")
    }
    return BundleSeal(
      bundle: try Identifier.random(), subject: customer.subject, epoch: seal.epoch,
      bundleKey: try TwoKeys.bundleKey(subject: customer.key, epoch: seal.epochKey), contentKey: content,
      keyCheck: check)
  }
}

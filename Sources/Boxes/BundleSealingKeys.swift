package import Sealing

/// What a bundle is sealed as, and with which keys (Format.md, 2.1).
package struct BundleSealingKeys: Sendable {
  /// The bundle's id.
  package var bundle: Identifier
  /// The subject's id.
  package var subject: Identifier
  /// The epoch of the class that the bundle key is made with.
  package var epoch: UInt32
  /// Seals body and table.
  package var bundleKey: Secret
  /// Authenticates the table.
  package var contentKey: Secret
  /// Tells the subject's key.
  package var keyCheck: KeyCheck

  package init(
    bundle: Identifier, subject: Identifier, epoch: UInt32, bundleKey: Secret, contentKey: Secret,
    keyCheck: KeyCheck
  ) {
    self.bundle = bundle
    self.subject = subject
    self.epoch = epoch
    self.bundleKey = bundleKey
    self.contentKey = contentKey
    self.keyCheck = keyCheck
  }
}

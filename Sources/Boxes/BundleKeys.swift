package import Sealing

/// What opens a bundle.
package struct BundleKeys: Sendable {
  /// The class.
  package var classID: Identifier
  /// The retention year of the box.
  package var year: UInt16
  /// Opens body and table.
  package var bundleKey: Secret
  /// Authenticates the table.
  package var contentKey: Secret

  package init(classID: Identifier, year: UInt16, bundleKey: Secret, contentKey: Secret) {
    self.classID = classID
    self.year = year
    self.bundleKey = bundleKey
    self.contentKey = contentKey
  }
}

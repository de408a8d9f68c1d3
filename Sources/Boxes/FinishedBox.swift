package import Sealing

/// A box that was written whole.
package struct FinishedBox: Hashable, Sendable {
  /// SHA-256 of all its bytes: its name.
  package let digest: Digest
  /// Its size in bytes.
  package let size: UInt64
  /// Where its index begins.
  package let indexOffset: UInt64
  /// SHA-256 of the sealed index.
  package let indexDigest: Digest
  /// The rows of its index.
  package let rows: [IndexRow]
  /// Its retention year.
  package let year: UInt16
  /// The epoch with which the index is sealed.
  package let epoch: UInt32
}

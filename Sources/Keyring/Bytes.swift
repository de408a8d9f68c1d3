internal import Sealing

extension Span<UInt8> {
  /// The id of 16 bytes at an offset that the caller has bounded.
  func identifier(at offset: Int) -> Identifier {
    Identifier(extracting(offset..<offset + 16)) ?? .zero
  }
}

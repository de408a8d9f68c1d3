extension DurableFile {
  private static let piece = 256 << 10

  /// Lends a file's bytes piece by piece, links followed, however large it is; false where there is none.
  public static func withPieces(_ path: String, _ body: (Span<UInt8>) throws -> Void) throws -> Bool {
    guard let file = try open(path, .max) else { return false }
    var (buffer, position): ([UInt8], UInt64) = ([], 0)
    while try file.read(path, at: position, count: piece, into: &buffer) > 0 {
      try Task.checkCancellation()
      try body(buffer.span)
      position += UInt64(buffer.count)
    }
    return true
  }
}

/// Small files in which the kernel says something.
enum KernelText {
  /// All of it; nil where it can't be had. They state no size, so they are read as a pipe is.
  static func read(_ path: String) -> String? {
    let bytes = try? DurableFile.withSecret(path, limit: 64 << 10) { span in
      [UInt8](capacity: span.count) { out in for index in span.indices { out.append(span[index]) } }
    }
    return bytes.flatMap(\.self).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// A number that stands alone in a file; nil for words as `max`.
  static func number(_ path: String) -> UInt64? {
    read(path).flatMap { $0.split(whereSeparator: \.isWhitespace).first }.flatMap { UInt64($0) }
  }
}

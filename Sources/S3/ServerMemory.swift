internal import Storage

/// What this machine found out about servers: whether their put-if-absent can be relied on. A file of lines; losing it
/// costs finding out again.
public struct ServerMemory: Sendable {
  private let folder: String
  private var path: String { folder + "/servers" }
  private static let limit = 1 << 20

  /// - Parameter folder: the one in which this machine remembers vaults.
  public init(in folder: String) { self.folder = folder }

  /// What was found out about a bucket as it is set up now; nil where nothing was.
  func isProved(_ bucket: String) -> Bool? {
    guard let bytes = (try? DurableFile.read(path, limit: Self.limit)).flatMap(\.self) else { return nil }
    // The newest word counts.
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").reversed() {
      let words = line.split(separator: " ")
      if words.count == 2, words[1] == bucket { return words[0] == "proved" }
    }
    return nil
  }

  /// Remembers it. That it can't be written costs only finding out again.
  func note(_ bucket: String, isProved: Bool) {
    let known = (try? DurableFile.read(path, limit: Self.limit)).flatMap(\.self) ?? []
    let line = (isProved ? "proved " : "lost ") + bucket + "\n"
    guard known.count + line.utf8.count <= Self.limit else { return }
    do {
      try DurableFile.makeFolder(folder)
      try DurableFile.replace(known + Array(line.utf8), at: path)
    } catch {}
  }
}

internal import Storage

/// What this machine found out about servers: whether their put-if-absent can be relied on. A file of lines; losing it
/// costs finding out again.
///
/// It holds for a while, and for the server's software as it names itself: an update may bring another behaviour.
public struct ServerMemory: Sendable {
  private let folder: String
  private let now: @Sendable () -> Int64
  private var path: String { folder + "/servers" }
  private static let limit = 1 << 20
  /// So many seconds; then it is found out again.
  static let longest: Int64 = 30 * 86_400

  /// - Parameter folder: the one in which this machine remembers vaults.
  public init(in folder: String) { self.init(in: folder, now: S3World.system.now) }

  init(in folder: String, now: @escaping @Sendable () -> Int64) {
    self.folder = folder
    self.now = now
  }

  /// What was found out about a bucket as it is set up now; nil where nothing was, or too long ago, or of another server.
  /// - Parameter server: what it calls itself.
  func isProved(_ bucket: String, by server: String?) -> Bool? {
    // The newest word counts.
    for line in lines().reversed() {
      let words = line.split(separator: " ")
      guard words.count == 4, words[1] == bucket, let time = Int64(words[2]) else { continue }
      let age = now().subtractingReportingOverflow(time)
      guard !age.overflow, (0...Self.longest).contains(age.partialValue), words[3] == Self.plain(server)
      else {
        return nil
      }
      return words[0] == "proved"
    }
    return nil
  }

  /// Remembers it. That it can't be written costs only finding out again.
  func note(_ bucket: String, by server: String?, isProved: Bool) {
    let others = lines().filter { $0.split(separator: " ").dropFirst().first.map(String.init) != bucket }
    let line = "\(isProved ? "proved" : "lost") \(bucket) \(now()) \(Self.plain(server))"
    let bytes = Array(((others + [line]).joined(separator: "\n") + "\n").utf8)
    guard bytes.count <= Self.limit else { return }
    do {
      try DurableFile.makeFolder(folder)
      try DurableFile.replace(bytes, at: path)
    } catch {}
  }

  private func lines() -> [String] {
    guard let bytes = (try? DurableFile.read(path, limit: Self.limit)).flatMap(\.self) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// A server's name for itself, without blanks and not without end.
  private static func plain(_ server: String?) -> String {
    let text = (server ?? "").utf8.prefix(100).filter { (0x21...0x7e).contains($0) }
    return text.isEmpty ? "-" : String(decoding: text, as: UTF8.self)
  }
}

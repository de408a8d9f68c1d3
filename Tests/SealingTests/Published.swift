import Foundation
import Testing

/// Vectors that others publish. They are in no repository of ours: Scripts/test-vectors gets those that PyPI has, and
/// a folder beside the project may hold all.
enum Published {
  static let aesGCM = "wycheproof/aes_gcm_test.json"
  static let hkdf = "wycheproof/hkdf_sha512_test.json"
  static let ed25519 = "wycheproof/ed25519_test.json"
  static let hpke = "hpke/hpke-pq-test-vectors.json"
  /// The same ground in two collections, of which one is enough.
  static let streams = [
    "c2sp/chunked-encryption.json", "wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json",
  ]

  private static let places = [".build-venv/vectors", "../shared/vectors"].map {
    Vectors.here.appending(path: "../../..").appending(path: $0).standardizedFileURL
  }

  /// Where a file is; the first place that has it counts.
  static func file(_ path: String) -> URL? {
    places.map { $0.appending(path: path) }.first { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// What is in a file; nil where it isn't there.
  static func read<T: Decodable>(_ path: String, as type: T.Type) -> T? {
    guard let file = file(path) else { return nil }
    do { return try JSONDecoder().decode(T.self, from: Data(contentsOf: file)) } catch {
      Issue.record("\(file.path): \(error)")
      return nil
    }
  }
}

extension Published {
  /// What is said where none of these is there.
  static func missing(_ paths: [String]) -> Comment {
    "\(paths.joined(separator: " or ")) isn't in .build-venv/vectors (Scripts/test-vectors gets it)"
  }

  /// Fails a test that found nothing to read.
  static func mustHave(_ paths: String...) throws { try mustHave(anyOf: paths) }

  static func mustHave(anyOf paths: [String]) throws {
    try #require(paths.contains { file($0) != nil }, missing(paths))
  }
}

extension Trait where Self == ConditionTrait {
  /// A test of published vectors. Where they aren't there it is skipped and says which; on CI it runs, and fails.
  static func published(_ paths: String...) -> Self { published(anyOf: paths) }

  static func published(anyOf paths: [String]) -> Self {
    let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
    return .enabled(if: isCI || paths.contains { Published.file($0) != nil }, Published.missing(paths))
  }
}

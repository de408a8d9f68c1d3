import Foundation
import Testing

/// Vectors that others publish. They are in no repository of ours: Scripts/test-vectors gets those that PyPI has, and
/// a folder beside the project may hold all.
enum Published {
  static let aesGCM = "wycheproof/aes_gcm_test.json"
  static let hkdf = "wycheproof/hkdf_sha512_test.json"
  static let ed25519 = "wycheproof/ed25519_test.json"
  static let hpke = "hpke/hpke-pq-test-vectors.json"
  /// PyPI has vectors of chunked-encryption with SHA-256 only, which is another construction than Cobblestone-256.
  static let streams = "wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json"

  private static let places = [".build-venv/vectors", "../shared/vectors"].map {
    Vectors.here.appending(path: "../../..").appending(path: $0).standardizedFileURL
  }

  /// Where a file is; the first place that has it counts.
  static func file(_ path: String) -> URL? {
    places.map { $0.appending(path: path) }.first { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// What is in a file; nil where it isn't there. It is read before any test runs, so that an issue would be heard by
  /// nobody.
  static func read<T: Decodable>(_ path: String, as type: T.Type) -> T? {
    guard let file = file(path) else { return nil }
    do { return try JSONDecoder().decode(T.self, from: Data(contentsOf: file)) } catch {
      fatalError("\(file.path) can't be read: \(error)")
    }
  }

  static func missing(_ path: String) -> Comment {
    "\(path) isn't in .build-venv/vectors (Scripts/test-vectors gets it)"
  }

  /// Fails a test that found nothing to read.
  static func mustHave(_ path: String) throws { try #require(file(path) != nil, missing(path)) }
}

extension Trait where Self == ConditionTrait {
  /// A test of published vectors. Where they aren't there it is skipped and says which; on CI it runs, and fails.
  static func published(_ path: String) -> Self {
    let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
    return .enabled(if: isCI || Published.file(path) != nil, Published.missing(path))
  }

  /// The same for those that no package has: on CI, too, ours must do where there are none.
  static func publishedBesideTheProject(_ path: String) -> Self {
    .enabled(
      if: Published.file(path) != nil,
      "\(path) isn't in ../shared/vectors, and no package has it; our own were checked")
  }
}

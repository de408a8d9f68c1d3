package import Rules
package import Keyring
package import Sealing
package import Storage

/// The keyring's files in a place: generations and pages, each named by its digest and checked against it.
package struct KeyringFiles: Sendable {
  /// What is larger is no page: 4,096 rows of 48 bytes, and what sealing adds, stay far below.
  package static let pageLimit = 1 << 20

  let store: any ObjectStore

  /// The keyring of a place.
  package init(_ store: any ObjectStore) { self.store = store }

  /// Reads a generation that the ledger names; its file holds what its name says.
  package func generation(_ known: KnownGeneration, vault: Identifier) async throws -> Generation {
    let name = Layout.keyringFile(known.file)
    let bytes = try await file(known.file, limit: Generation.maximumSize, what: "generation \(known.number)")
    let generation: Generation
    do {
      generation = try Generation(decoding: bytes)
    } catch {
      throw VaultError(.damaged, "\(name): \(error)", hint: Self.hint)
    }
    guard UInt64(bytes.count) == known.change.size, generation.vault == vault,
      UInt64(generation.number) == known.number,
      generation.previous == known.change.previous, generation.through == known.change.through
    else {
      throw VaultError(.damaged, "\(name) is not the generation that the ledger names", hint: Self.hint)
    }
    return generation
  }

  /// Reads the bytes of a page.
  package func page(_ digest: Digest, size: Int) async throws -> [UInt8] {
    let bytes = try await file(digest, limit: size, what: "a page of the keyring")
    guard bytes.count == size else {
      throw VaultError(
        .damaged, "\(Layout.keyringFile(digest)) has \(bytes.count) bytes, not \(size)", hint: Self.hint)
    }
    return bytes
  }

  /// Writes a file under its digest, both copies, and reads it back.
  package func put(_ bytes: [UInt8]) async throws {
    let digest = Digest.sha256(of: bytes)
    let name = Layout.keyringFile(digest)
    _ = try await store.put(bytes, at: name)
    guard let back = try await store.get(name, limit: bytes.count), back == bytes else {
      throw VaultError(
        .storage, "\(name) does not read back as it was written", safe: "nothing was committed",
        hint: "the disk may be failing; verify the vault")
    }
  }

  private func file(_ digest: Digest, limit: Int, what: String) async throws -> [UInt8] {
    let name = Layout.keyringFile(digest)
    guard let bytes = try await store.get(name, limit: limit) else {
      throw VaultError(.missing, "\(name), \(what), is missing in both copies", hint: Self.hint)
    }
    guard Digest.sha256(of: bytes) == digest else {
      throw VaultError(.damaged, "\(name), \(what), is damaged in both copies", hint: Self.hint)
    }
    return bytes
  }

  static let hint: Hint = "take it from a destination: copy the file of the same name from its keyring/"
}

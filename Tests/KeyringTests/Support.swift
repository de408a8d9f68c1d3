import Foundation
import Sealing
import Synchronization
import Testing

@testable import Keyring

/// Pages as a place would keep them: by the digest of their bytes.
final class Shelf: Sendable {
  private let pages = Mutex<[Digest: [UInt8]]>([:])
  private let reads = Mutex<[Digest]>([])

  func write(_ page: SealedPage) { put(page.bytes) }

  @discardableResult func put(_ bytes: [UInt8]) -> Digest {
    let digest = Digest.sha256(of: bytes)
    pages.withLock { $0[digest] = bytes }
    return digest
  }

  func load(_ digest: Digest) -> [UInt8]? {
    reads.withLock { $0.append(digest) }
    return pages.withLock { $0[digest] }
  }

  func lose(_ digest: Digest) { pages.withLock { $0[digest] = nil } }

  func damage(_ digest: Digest) { pages.withLock { $0[digest]?[60] ^= 1 } }

  /// How many pages were read since the last time this was asked.
  func takeReads() -> Int {
    reads.withLock { (reads) in
      defer { reads = [] }
      return reads.count
    }
  }
}

/// An id whose bytes, read as a number, are `number`: so that tests can choose the order of ids.
func id(_ number: UInt64, in space: UInt64 = 0) -> Identifier {
  Identifier(bytes: BigEndian.bytes(number) + BigEndian.bytes(space + 1)) ?? .zero
}

func key(_ byte: UInt8) -> Secret { Secret(copying: [UInt8](repeating: byte, count: 32)) }

extension Secret {
  var copied: [UInt8] { withSpan { (span) in span.indices.map { span[$0] } } }
}

/// A vault's keyring with two classes, a custodian who opens all, and a clerk who opens the directory and one class.
struct House {
  static let contracts = id(1000, in: 7)
  static let letters = id(2000, in: 7)
  static let start: UInt64 = 1_700_000_000

  let vault = id(4711, in: 42)
  let custodian: Identity
  let clerk: Identity
  let shelf = Shelf()
  let first: OpenGeneration

  init() throws {
    custodian = try Identity.generate()
    clerk = try Identity.generate()
    first = try OpenGeneration.founding(
      vault: vault,
      classes: [.init(id: House.contracts, name: "contracts"), .init(id: House.letters, name: "letters")],
      since: House.start,
      recipients: [
        (Recipient(custodian.publicIdentity), .all),
        (Recipient(clerk.publicIdentity), .only([.directory, House.letters])),
      ])
  }

  var known: [PublicIdentity] { [custodian.publicIdentity, clerk.publicIdentity] }

  /// A page with these rows of a class, on the shelf and named as an addition.
  func add(
    _ rows: [(UInt64, UInt8)], to section: Identifier = House.letters, of opened: OpenGeneration
  ) throws -> Addition {
    var new = NewRows(for: section)
    for (number, byte) in rows { new.add(subject: id(number), key: key(byte)) }
    return try add(new, of: opened)
  }

  /// A page of the directory.
  func addTokens(_ rows: [(UInt64, UInt64)], of opened: OpenGeneration) throws -> Addition {
    var new = NewRows(for: .directory)
    for (token, subject) in rows { new.add(token: id(token, in: 3), subject: id(subject)) }
    return try add(new, of: opened)
  }

  func add(_ rows: NewRows, of opened: OpenGeneration) throws -> Addition {
    let page = try #require(try rows.sealed(vault: vault).first)
    shelf.write(page)
    return try Addition(naming: page, in: opened)
  }

  func change(
    _ old: OpenGeneration, _ reason: KeyringEdit.Reason, _ additions: [Addition] = []
  ) throws -> KeyringEdit {
    try KeyringEdit(
      of: old, reason: reason, through: old.generation.through + 5, additions: additions, known: known)
  }

  func make(_ change: KeyringEdit) async throws -> NextGeneration {
    try await change.make(load: shelf.load, write: shelf.write)
  }

  /// Opens a generation from its bytes, as somebody who reads it back.
  func readBack(_ opened: OpenGeneration) throws -> OpenGeneration {
    try OpenGeneration(Generation(decoding: opened.generation.bytes), with: custodian)
  }

  func missing(_ change: KeyringEdit, _ next: NextGeneration) async throws -> [Difference] {
    try await KeyringEdit.missing(
      from: change.old, additions: change.additions, to: try readBack(next.opened),
      accounted: change.accounted,
      rows: next.rows, reason: change.reason, load: shelf.load)
  }

  /// The key that counts for a subject, found as a reader finds it.
  func find(_ number: UInt64, in opened: OpenGeneration, _ section: Identifier = House.letters) throws
    -> UInt8?
  {
    let rows = KeyRows(try #require(opened[section]).section)
    for reference in rows.candidates(for: id(number)) {
      let page = try KeyPage(
        opening: try #require(shelf.load(reference.digest)), as: reference, in: section, vault: vault)
      if let found = page.key(of: id(number)) { return found.copied[0] }
    }
    return nil
  }
}

/// Runs a body that must fail with a code.
func expect(
  _ code: KeyringError.Code, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record(
      "nothing was refused, \(code) was expected; \(comment?.description ?? "")", sourceLocation: location)
  } catch let error as KeyringError {
    #expect(error.code == code, "\(error); \(comment?.description ?? "")", sourceLocation: location)
  } catch {
    Issue.record("\(error)", sourceLocation: location)
  }
}

/// What make_vectors.py wrote, by other code than ours.
struct Vectors: Decodable {
  struct Token: Decodable {
    let kind: String
    let value: String
    let token: String
  }
  struct Derivations: Decodable {
    let subject, epoch, bundle, index, content, check: String
    let tokens: [Token]
  }
  struct Added: Decodable { let bytes, key, subject, value: String }
  struct File: Decodable {
    let vault, `class`, custodian, clerk, file: String
    let pages, subjects, keys: [String]
    let addition: Added
  }
  let derivations: Derivations
  let generation: File

  static func read() throws -> Vectors {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
      path: "Vectors/vectors.json")
    return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
  }
}

func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }
func secret(_ hex: String) throws -> Secret { Secret(copying: try bytes(hex)) }

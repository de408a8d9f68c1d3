import Glibc
import StorageFaults
import StoreContract
import TestKit
import Testing

@testable import Storage

/// Every kind of store in a folder; all are held to the same contract.
enum StoreKind: String, CaseIterable, Sendable {
  case folder, folderNamedSpool, twiceKept, faulty, twiceKeptFaulty

  func make(_ path: String) throws -> any ObjectStore {
    let folder = try FolderStore(path: path, create: true, namedSpool: self == .folderNamedSpool)
    return switch self {
    case .folder, .folderNamedSpool: folder
    case .twiceKept: MirroredStore(folder, verify: { _, _ in true })
    case .faulty: FaultyStore(folder)
    case .twiceKeptFaulty: MirroredStore(FaultyStore(folder), verify: { _, _ in true })
    }
  }
}

/// A store of some kind in a folder of its own.
struct FolderPlace: TestedStore {
  let kind: StoreKind
  let scratch = Scratch()

  init(_ kind: StoreKind) { self.kind = kind }

  func open() throws -> any ObjectStore { try kind.make(scratch.at("place")) }
  func leftInSpool() -> [String] { scratch.names("place/.spool") }
}

@Suite struct ConformanceTests {
  static let cases = StoreKind.allCases.flatMap { kind in StoreContract.names.map { (kind, $0) } }

  @Test(arguments: cases)
  func putsOnlyIfAbsent(_ kind: StoreKind, _ text: String) async throws {
    try await StoreContract.putsOnlyIfAbsent(FolderPlace(kind), text)
  }

  @Test(arguments: StoreKind.allCases)
  func tellsWhatIsNoFolderOfAPlace(_ kind: StoreKind) async throws {
    try await StoreContract.tellsWhatIsNoFolderOfAPlace(FolderPlace(kind))
    let scratch = Scratch()
    let store = try kind.make(scratch.at("place"))
    #expect(try await store.put(bytes("x"), at: name("ledger/one")) == .created)
    #expect(try await store.unexpectedEntries(besides: ["ledger", "second"]).isEmpty)
    #expect(try await store.unexpectedEntries(besides: ["second"]) == ["ledger"])
    // None of these bears an object's name, or is an object.
    #expect(mkdir(scratch.at("place/Ordner ü"), 0o700) == 0)
    #expect(symlink("/tmp", scratch.at("place/boxes")) == 0)
    #expect(mkfifo(scratch.at("place/keyring"), 0o600) == 0)
    #expect(
      try await store.unexpectedEntries(besides: ["ledger", "second", "boxes", "keyring"])
        == ["Ordner ü", "boxes", "keyring"])
  }

  @Test(arguments: cases)
  func putsWhatWasSpooled(_ kind: StoreKind, _ text: String) async throws {
    try await StoreContract.putsWhatWasSpooled(FolderPlace(kind), text)
  }

  @Test(arguments: StoreKind.allCases)
  func discardedSpoolIsGone(_ kind: StoreKind) async throws {
    try await StoreContract.discardedSpoolIsGone(FolderPlace(kind))
  }

  @Test(arguments: cases)
  func readsRangesAtTheEdges(_ kind: StoreKind, _ text: String) async throws {
    try await StoreContract.readsRangesAtTheEdges(FolderPlace(kind), text)
  }

  @Test(arguments: cases)
  func holdsTheLimit(_ kind: StoreKind, _ text: String) async throws {
    try await StoreContract.holdsTheLimit(FolderPlace(kind), text)
  }

  @Test(arguments: cases)
  func keepsAnEmptyObject(_ kind: StoreKind, _ text: String) async throws {
    try await StoreContract.keepsAnEmptyObject(FolderPlace(kind), text)
  }

  @Test(arguments: StoreKind.allCases)
  func listsInOrder(_ kind: StoreKind) async throws {
    try await StoreContract.listsInOrder(FolderPlace(kind))
  }

  @Test(arguments: StoreKind.allCases, StoreContract.badFolders)
  func listingStaysInside(_ kind: StoreKind, _ folder: String) async throws {
    try await StoreContract.listingStaysInside(FolderPlace(kind), folder)
  }

  @Test(arguments: cases)
  func erasesForGood(_ kind: StoreKind, _ text: String) async throws {
    try await StoreContract.erasesForGood(FolderPlace(kind), text)
  }

  @Test(arguments: cases)
  func oneWriterWins(_ kind: StoreKind, _ text: String) async throws {
    try await StoreContract.oneWriterWins(FolderPlace(kind), text)
  }
}

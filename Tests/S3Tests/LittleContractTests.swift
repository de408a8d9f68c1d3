import Storage
import StoreContract
import Testing

@testable import S3

/// The contract without a server: in a bucket in memory, at each run of all tests.
@Suite struct LittleContractTests {
  private func keeping(
    _ part: @escaping @Sendable (LittlePlace) async throws -> Void
  ) async throws {
    let bucket = LittleBucket()
    try await TestNetwork.serving {
      bucket.answer($0)
    } _: { endpoint in
      try await part(LittlePlace(endpoint: endpoint))
    }
  }

  @Test(arguments: StoreContract.names) func ofOneName(_ text: String) async throws {
    try await keeping { try await StoreContract.putsOnlyIfAbsent($0, text) }
    try await keeping { try await StoreContract.putsWhatWasSpooled($0, text) }
    try await keeping { try await StoreContract.readsRangesAtTheEdges($0, text) }
    try await keeping { try await StoreContract.holdsTheLimit($0, text) }
    try await keeping { try await StoreContract.keepsAnEmptyObject($0, text) }
    try await keeping { try await StoreContract.erasesForGood($0, text) }
    try await keeping { try await StoreContract.oneWriterWins($0, text) }
  }

  @Test func ofAll() async throws {
    try await keeping { try await StoreContract.tellsWhatIsNoFolderOfAPlace($0) }
    try await keeping { try await StoreContract.discardedSpoolIsGone($0) }
    try await keeping { try await StoreContract.listsInOrder($0) }
    try await keeping { try await StoreContract.listingStaysInside($0, "..") }
  }
}

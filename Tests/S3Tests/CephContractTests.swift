import Storage
import StoreContract
import Testing

@testable import S3

/// A bucket keeps the same contract as a folder.
@Suite(.enabled(if: TestServer.ceph != nil, TestServer.why)) struct CephContractTests {
  private func place() async throws -> BucketPlace { try await BucketPlace(try #require(TestServer.ceph)) }

  @Test(arguments: StoreContract.names) func putsOnlyIfAbsent(_ text: String) async throws {
    try await StoreContract.putsOnlyIfAbsent(place(), text)
  }

  @Test func tellsWhatIsNoFolderOfAPlace() async throws {
    try await StoreContract.tellsWhatIsNoFolderOfAPlace(place())
  }

  @Test(arguments: StoreContract.names) func putsWhatWasSpooled(_ text: String) async throws {
    try await StoreContract.putsWhatWasSpooled(place(), text)
  }

  @Test func discardedSpoolIsGone() async throws { try await StoreContract.discardedSpoolIsGone(place()) }

  @Test(arguments: StoreContract.names) func readsRangesAtTheEdges(_ text: String) async throws {
    try await StoreContract.readsRangesAtTheEdges(place(), text)
  }

  @Test(arguments: StoreContract.names) func holdsTheLimit(_ text: String) async throws {
    try await StoreContract.holdsTheLimit(place(), text)
  }

  @Test(arguments: StoreContract.names) func keepsAnEmptyObject(_ text: String) async throws {
    try await StoreContract.keepsAnEmptyObject(place(), text)
  }

  @Test func listsInOrder() async throws { try await StoreContract.listsInOrder(place()) }

  @Test(arguments: StoreContract.badFolders) func listingStaysInside(_ folder: String) async throws {
    try await StoreContract.listingStaysInside(place(), folder)
  }

  @Test(arguments: StoreContract.names) func erasesForGood(_ text: String) async throws {
    try await StoreContract.erasesForGood(place(), text)
  }

  @Test(arguments: StoreContract.names) func oneWriterWins(_ text: String) async throws {
    try await StoreContract.oneWriterWins(place(), text)
  }

  @Test(arguments: ["a b", "ü/é\u{301}~", "+&=?#%2F", "'!*()", "a\\b@:;,$", "<x>\"&amp;"])
  func prefixesMayBeOdd(_ beneath: String) async throws {
    let place = try await BucketPlace(try #require(TestServer.ceph), beneath: beneath)
    try await StoreContract.putsWhatWasSpooled(place, "boxes/ab/odd")
    #expect(try await place.store().erase(name("boxes/ab/odd")))
    try await StoreContract.listsInOrder(place)
    try await StoreContract.tellsWhatIsNoFolderOfAPlace(
      BucketPlace(try #require(TestServer.ceph), beneath: beneath))
  }
}

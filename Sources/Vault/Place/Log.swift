public import Storage

/// The ledger's files in a place: reading a commit, and adding one where nothing is yet.
///
/// What a commit says is not its business; that only one of two racing writers gets a place, is.
public struct Log: Sendable {
  /// Where the ledger lies.
  public let store: any ObjectStore
  /// A commit is at most this long (Format.md, 4.1).
  public static let limit = 8 << 20 + 4096

  /// The ledger of a place.
  public init(_ store: any ObjectStore) { self.store = store }

  /// What became of a commit that was put.
  public enum Outcome: Sendable {
    /// It stands in the ledger.
    case won
    /// Another one stands in its place.
    case lost
  }

  /// The bytes at a place in the ledger, nil behind its end.
  public func commit(at number: UInt64) async throws -> [UInt8]? {
    try await store.get(Layout.commit(number), limit: Self.limit)
  }

  /// Adds a commit if nothing is at its place yet.
  ///
  /// A conflict or a lost answer proves nothing: the object is read back, and only equal bytes mean that
  /// this writer won.
  public func append(_ bytes: [UInt8], at number: UInt64) async throws -> Outcome {
    let name = Layout.commit(number)
    do {
      if try await store.put(bytes, at: name) == .created { return .won }
    } catch {
      // Where the answer is lost, the commit isn't necessarily.
      guard error.code == .lost else { throw error }
    }
    guard let present = try await commit(at: number) else {
      // Neither ours nor another's arrived: the next try decides.
      return try await store.put(bytes, at: name) == .created ? .won : .lost
    }
    return present == bytes ? .won : .lost
  }
}

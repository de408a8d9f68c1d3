package import Rules
package import Storage

/// Reading boxes from end to end, without keys.
package enum BoxReading {
  /// Whether a box is what its name says; false too where it isn't there.
  package static func isSound(_ box: KnownBox, in store: any ObjectStore) async throws -> Bool {
    let name = Layout.box(box.box.hash)
    switch try await ObjectBytes().read(name, of: store, size: box.box.size) {
    case .read(let digest): return digest == box.box.hash
    case .absent, .otherSize: return false
    case .unreadable(let error):
      guard error.isOfWhatLiesThere else { throw error }
      return false
    }
  }
}

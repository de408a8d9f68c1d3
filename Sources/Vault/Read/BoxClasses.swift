public import Sealing

extension OpenPlace {
  /// Of which class boxes are, by ordinal, as far as this identity opens them: nothing public says that of a box.
  public func boxClasses() async throws -> [Int: Identifier] {
    let (file, _) = try await updatedCatalog(whole: false)
    return try file.classes()
  }
}

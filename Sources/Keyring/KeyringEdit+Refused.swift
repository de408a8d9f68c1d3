public import Sealing

extension KeyringEdit {
  /// Looks among pages that a generation left out for one that is there and opens as it should: whoever leaves such a one out
  /// loses what was sealed with its keys.
  /// - Parameters:
  ///   - additions: the pages that it left out.
  ///   - before: the generation to which they were added. What it names itself adds nothing.
  ///   - load: reads pages.
  /// - Returns: nil where there is none.
  public static func wronglyRefused(
    _ additions: [Addition], from before: OpenGeneration, load: Load
  ) async throws -> Difference? {
    let own = Set(before.generation.pages.map(\.digest))
    let opener = PageOpener(vault: before.generation.vault)
    for addition in additions where !own.contains(addition.digest) {
      do {
        guard let open = try before.open(addition) else { continue }
        let page = try await opener.page(open.reference, in: open.section, load: load)
        return Difference(section: open.section, kind: .rowsLost, count: page.count)
      } catch let error as KeyringError {
        guard error.code != .unavailable else { throw error }
      }
    }
    return nil
  }
}

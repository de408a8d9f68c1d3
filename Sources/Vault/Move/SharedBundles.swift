internal import Boxes
internal import Rules
internal import Sealing
internal import Storage

/// Live boxes of which two have a bundle by the same name. Readers use the one in the box that goes before (Format.md, 3.1):
/// were either box moved, the other one's would count from then on, and nobody would see that anything changed.
struct SharedBundles {
  /// Their ordinals.
  private(set) var boxes: Set<Int> = []
  /// Those of them whose row counts.
  private(set) var fronts: Set<Int> = []

  /// Only boxes of which the catalog ignores something can be among them.
  init(_ file: CatalogFile, of vault: OpenPlace) async throws {
    let odd = try file.odd().filter { $0.ignored > 0 }.map(\.ordinal)
    guard !odd.isEmpty else { return }
    let opening = try IndexOpener(vault)
    for box in odd.compactMap(vault.boxHere) {
      guard case .opened(let opened) = try await opening.index(of: box) else { continue }
      for row in opened.rows where row.isAllowed(in: box, of: vault.state) {
        let name = row.name(in: box)
        let other = try file.box(of: name.bundle, first: name.firstEntry, in: opened.classID)
        guard let other, other != box.ordinal else { continue }
        boxes.formUnion([box.ordinal, other])
        fronts.insert(other)
      }
    }
  }
}

extension Finding {
  /// A box that stays where it is.
  init(sharing box: KnownBox) { self.init(.ignored, Layout.box(box.box.hash).text, .sharesBundles) }
}

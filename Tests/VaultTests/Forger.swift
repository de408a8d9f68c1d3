@testable import Rules
import Boxes
import Keyring
import Sealing
import Storage
import TestKit
import Testing

@testable import Vault

private final class Memory: BoxSink {
  var bytes: [UInt8] = []
  func write(_ piece: Span<UInt8>) throws { for index in piece.indices { bytes.append(piece[index]) } }
}

/// Does what the program wouldn't: for tests of what others may do who hold the keys to seal.
enum Forger {
  struct Bundle {
    var id: Identifier
    var firstEntry: UInt64 = 0
    var subject: Identifier
    var key: Secret
    var records: [(id: Identifier, subject: [UInt8], path: String, content: String)]
  }

  static func enter(_ bundles: [Bundle], to opened: OpenPlace, epochKey: Secret? = nil) async throws {
    try await enter(boxes: [bundles], to: opened, epochKey: epochKey)
  }

  /// Several boxes in one entry.
  static func enter(
    boxes: [[Bundle]], to opened: OpenPlace, epochKey: Secret? = nil, year: UInt16 = 2036
  ) async throws {
    var named: [SealedBoxes.Box] = []
    for bundles in boxes { named.append(try await put(bundles, to: opened, epochKey, year)) }
    let boxes = named
    try await opened.commit(as: try opened.writer()) { state in
      [OpenLedger.Draft(.sealed(SealedBoxes(boxes: boxes, generation: state.generation?.number ?? 0)))]
    }
  }

  private static func put(
    _ bundles: [Bundle], to opened: OpenPlace, _ epochKey: Secret?, _ year: UInt16
  ) async throws
    -> SealedBoxes.Box
  {
    let section = try #require(try opened.unlocked().section(named: "basic"))
    let epoch = section.sealing
    let epochKey = try #require(epochKey ?? epoch.key)
    let sink = Memory()
    let writer = try BoxWriter(
      vault: opened.state.vault, year: year, classID: section.id, epoch: epoch.number,
      indexKey: KeySchedule.indexKey(epoch: epochKey), sink: sink, workspace: BoxWorkspace())
    for bundle in bundles.sorted(by: { $0.subject < $1.subject }) {
      let check = try KeySchedule.keyCheck(subject: bundle.key)
      try writer.beginBundle(
        BundleSealingKeys(
          bundle: bundle.id, subject: bundle.subject, epoch: epoch.number,
          bundleKey: KeySchedule.bundleKey(subject: bundle.key, epoch: epochKey),
          contentKey: KeySchedule.contentKey(subject: bundle.key),
          keyCheck: #require(KeyCheck(check))))
      for record in bundle.records {
        let label = RecordLabel(
          id: record.id, path: Array(record.path), source: "source", subject: record.subject, title: "",
          mediaType: "",
          modified: 0, mode: 0o6777, sealedAt: Clock.start)
        try writer.append(label, content: Array(record.content.utf8).span)
      }
      try writer.endBundle(firstEntry: bundle.firstEntry)
    }
    let box = try writer.finish()
    #expect(try await opened.place.store.put(sink.bytes, at: Layout.box(box.digest)) == .created)
    return SealedBoxes.Box(
      hash: box.digest, index: box.indexDigest, offset: box.indexOffset, size: box.size,
      year: UInt64(year))
  }

  /// Adds a row to the directory that leads a number to an id, under the newest epoch or the oldest.
  static func lead(_ number: String, to subject: Identifier, in opened: OpenPlace, oldest: Bool = false)
    async throws
  {
    let keys = try opened.unlocked()
    let section = try #require(keys.opened[.directory]?.section)
    let epoch = try #require(oldest ? section.epochs.first?.key : section.sealing.key)
    var rows = NewRows(for: .directory)
    rows.add(token: try KeySchedule.token(.number, Array(number.utf8), epoch: epoch), subject: subject)
    let pages = try rows.sealed(vault: keys.vault)
    for page in pages { try await keys.files.put(page.bytes) }
    let additions = try pages.map { try Addition(naming: $0, in: keys.opened) }
    _ = try await opened.commit(as: try opened.writer()) { _ in
      [
        OpenLedger.Draft(
          .keys(AddedPages(generation: keys.number, pages: additions.map(AddedPages.Page.init))))
      ]
    }
  }
}

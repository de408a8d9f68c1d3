internal import Boxes
internal import Rules
internal import Sealing
internal import Storage
internal import Synchronization

/// A part that is as it was sealed.
struct SoundPart: Sendable {
  let reference: RecordReference
  let record: Record
  /// Its number in the bundle's table.
  let number: Int
  let bundle: OpenableBundle
  let box: KnownBox
}

/// Puts records together whose parts are sound each by itself, and compares them with the digest of the whole: parts of
/// another record may stand among them.
final class PartsCheck: Sendable {
  /// What came of it.
  struct Outcome: Sendable {
    var findings: [Finding] = []
    /// Sets of parts that make no record.
    var incomplete: UInt64 = 0
    /// Parts of records that aren't what was sealed.
    var unsound: [SoundPart] = []
  }

  /// What parts have in common (Format 3.2).
  private struct Key: Hashable {
    let reference: RecordReference
    let set: Identifier
  }

  private let vault: Identifier
  private let store: any ObjectStore
  private let outcome = Mutex(Outcome())

  init(_ place: OpenPlace) {
    vault = place.state.vault
    store = place.place.store
  }

  func run(_ parts: [SoundPart], workers: Int) async throws -> Outcome {
    let sets = Dictionary(grouping: parts) { part in
      Key(reference: part.reference, set: part.record.part?.set ?? .zero)
    }
    var whole: [[SoundPart]] = []
    for set in sets.values {
      if let ordered = try? PartSet.ordered(set, { $0.record }) {
        whole.append(ordered)
      } else {
        outcome.withLock { $0.incomplete += 1 }
      }
    }
    try await WorkList(whole).run(workers: workers) { records in
      let workspace = try ReadWorkspace()
      while let record = try records.take() { try await self.check(record, workspace) }
    }
    return outcome.withLock { outcome in
      outcome.findings.sort { ($0.object, $0.description) < ($1.object, $1.description) }
      return outcome
    }
  }

  private func check(_ parts: [SoundPart], _ workspace: ReadWorkspace) async throws {
    guard let last = parts.last, let digest = last.record.part?.whole else { return }
    let whole = try DigestStream()
    var reason: Reason?
    for part in parts where reason == nil {
      let name = Layout.box(part.box.box.hash)
      do {
        let box = try BoxReader(
          vault: vault, size: part.box.box.size, source: StoredBox(store: store, name: name),
          workspace: workspace)
        let bundle = try await box.openBundle(part.bundle.row, keys: part.bundle.keys)
        try await bundle.stream(bundle.records[part.number]) { whole.update($0) }
      } catch let error as BoxError {
        reason = .box(error)
      } catch let error as StorageError {
        reason = .storage(error)
      }
    }
    if reason == nil, whole.finish() != digest { reason = .parts }
    guard let reason else { return }
    let finding = Finding(
      .damaged, Layout.box(last.box.box.hash).text, part: .record(last.reference), reason)
    outcome.withLock { outcome in
      outcome.findings.append(finding)
      outcome.unsound += parts
    }
  }
}

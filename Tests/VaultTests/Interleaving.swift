import Boxes
import Foundation
import Keyring
import Rules
import Sealing
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Vault

/// When the other one's turn comes: before the Nth operation of the first, once.
private final class Turn: Sendable {
  private struct State {
    var left: Int
    var isTaken = false
    var failure: (any Error)?
  }

  private let state: Mutex<State>

  init(before number: Int) { state = Mutex(State(left: number)) }

  var isTaken: Bool { state.withLock { $0.isTaken } }
  var failure: (any Error)? { state.withLock { $0.failure } }

  func comes() -> Bool {
    state.withLock { state in
      state.left -= 1
      guard state.left == 0 else { return false }
      state.isTaken = true
      return true
    }
  }

  func failed(_ error: any Error) { state.withLock { $0.failure = error } }
}

/// Runs `first` once for each of its operations on the store, and before that one all of `other`; then `check`. Both
/// work on a fresh copy of the template, on machines of their own.
func atEveryPoint(
  of template: Scene, first: @Sendable (Scene, FaultyStore) async throws -> Void,
  other: @escaping @Sendable (Scene) async throws -> Void, check: @Sendable (Scene, Int) async throws -> Void
) async throws {
  // `make prove` tries them all. Much is written twice: two steps at once would miss one of the two each time.
  let step = ProcessInfo.processInfo.environment["STRONGROOM_PROOF"] == "long" ? 1 : 3
  var point = 1
  while true {
    let scene = try Scene(copying: template, inMemory: true)
    let store = try scene.faulty()
    let turn = Turn(before: point)
    store.setBefore { _ in
      guard turn.comes() else { return }
      do { try await other(scene) } catch { turn.failed(error) }
    }
    do { try await first(scene, store) } catch {
      Issue.record("point \(point), before \(store.log.last.map { "\($0)" } ?? ""): \(error)")
    }
    guard turn.isTaken else { break }
    if let failure = turn.failure { Issue.record("the other, point \(point): \(failure)") }
    try await check(scene, point)
    point += step
    try #require(point < 400)
  }
  #expect(point > 20)
}

/// A row of a box's table, with what it hangs on.
struct SealedRow: Hashable {
  let name: String
  let id: Identifier
  let subject: Identifier
  let entry: UInt64
  let epoch: UInt32
  let classID: Identifier
}

extension OpenPlace {
  /// Every version of every record that opens, read without the catalog.
  /// - Parameter losing: whether there are keys that are gone.
  func sealedRows(losing: Bool = false) async throws -> [SealedRow] {
    let opening = try IndexOpener(self)
    var rows: [SealedRow] = []
    for known in state.liveBoxes() {
      let box = try #require(try await opening.open(known))
      let reader = try BoxReader(
        vault: state.vault, size: known.box.size,
        source: StoredBox(store: place.store, name: Layout.box(known.box.hash)), workspace: ReadWorkspace())
      for bundle in box.bundles {
        for record in try await reader.openBundle(bundle.row, keys: bundle.keys).records {
          let subject = String(decoding: record.label.subject, as: UTF8.self)
          rows.append(
            SealedRow(
              name: "\(subject)/\(String(decoding: record.label.path, as: UTF8.self))", id: record.label.id,
              subject: bundle.row.subject, entry: known.entry, epoch: bundle.row.epoch, classID: box.classID))
        }
      }
    }
    #expect(opening.findings.allSatisfy { losing && $0.kind == .lost }, "\(opening.findings)")
    return rows
  }

  /// Drops all rows of a customer in a class and in the directory, as an erasure does.
  func dropSubject(_ number: String, in className: String) async throws {
    let identity = try writer()
    let id = try #require(try await unlocked().subject(.number, Array(number)))
    let section = try #require(try unlocked().section(named: className)).id
    var update = KeyringUpdate(vault: self, reason: .dropped)
    // Of whose keys they were it says nothing.
    update.accounting = { next in
      let erasure = Erasure(generation: UInt64(next.opened.generation.number), rows: next.rows.dropped)
      return [OpenLedger.Draft(.erased(erasure))]
    }
    _ = try await update.run(as: identity, about: "dropped") { change in
      try change.drop([id], in: section)
      try change.drop([id], in: .directory)
    }
  }

  /// A customer's id and their keys, by class.
  func keys(of number: String) async throws -> (id: Identifier?, keys: [String: [UInt8]]) {
    let keys = try unlocked()
    guard let id = try await keys.subject(.number, Array(number)) else { return (nil, [:]) }
    return (id, try await self.keys(of: id))
  }

  func keys(of id: Identifier) async throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for section in try unlocked().classes {
      guard let key = try await unlocked().key(of: id, in: section.id) else { continue }
      found[section.name] = key.withSpan { span in (0..<span.count).map { span[$0] } }
    }
    return found
  }
}

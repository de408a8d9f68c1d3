import Sealing
import Storage
import StorageFaults
import TestKit
import Testing

@testable import Vault

extension Scene {
  /// The vault's folder as a store that fails where a plan says so.
  func faulty(plan: @escaping FaultyStore.Plan = { _, _ in nil }) throws -> FaultyStore {
    FaultyStore(try FolderStore(path: place, create: true), plan: plan)
  }

  /// What is there, by `class/customer/path`.
  /// - Parameter losing: whether there are keys that are gone.
  func catalog(
    _ selection: Selection = Selection(), as identity: Identity? = nil, losing: Bool = false
  ) async throws -> [String: FoundRecord] {
    let opened = try await open(as: identity, toWrite: false)
    let catalog = try await opened.catalog(selection)
    try #require(catalog.findings.allSatisfy { losing && $0.kind == .lost }, "\(catalog.findings)")
    return catalog.byName
  }
}

extension OpenPlace {
  /// Whether a copy of the object with this last part of its name was mended here.
  func hasMended(_ name: String) -> Bool { mended.contains { $0.copy.text.hasSuffix("/" + name) } }
}

extension Catalog {
  /// The records by `class/customer/path`.
  var byName: [String: FoundRecord] {
    Dictionary(
      records.map { record in
        let subject = String(decoding: record.subjectAsGiven, as: UTF8.self)
        return ("\(record.className)/\(subject)/\(String(decoding: record.path, as: UTF8.self))", record)
      }, uniquingKeysWith: { first, _ in first })
  }
}

extension Sealer.Summary {
  /// What was left out, path and reason.
  var leftOutByPath: [String: String] {
    Dictionary(
      leftOut.map { (String(decoding: $0.path, as: UTF8.self), $0.reason) },
      uniquingKeysWith: { $0 + " / " + $1 })
  }
}

/// The code of the vault's error that `body` throws; nil where it throws none.
func code(_ body: () async throws -> Void) async -> VaultError.Code? {
  do {
    try await body()
  } catch let error as VaultError {
    return error.code
  } catch {
    Issue.record("not a VaultError: \(error)")
  }
  return nil
}

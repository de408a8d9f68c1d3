internal import Keyring
internal import Rules
internal import Sealing
internal import Storage

/// A customer whose records are to be written, and their folders by how they spell it.
struct NamedCustomer: Sendable {
  let bundles: CustomerBundles
  let folders: [[UInt8]: [UInt8]]
}

/// Goes through the customers of a query, and gives each its folders in their order, whoever writes them when.
///
/// Tables are read once for that and let go, since what several workers have open must not grow with their batches.
final class NamedCustomers {
  private let query: CatalogQuery
  private let versions: Selection.Versions
  private let vault: Identifier
  private let store: any ObjectStore
  private let workers: Int
  private var folders: ExportFolders
  private var ready: ArraySlice<[NamedCustomer]> = []

  init(_ query: CatalogQuery, _ versions: Selection.Versions, of place: OpenPlace, workers: Int) throws {
    self.query = query
    self.versions = versions
    vault = place.state.vault
    store = place.place.store
    self.workers = workers
    folders = try place.exportFolders()
  }

  /// The next batch; nil behind the last.
  func next() async throws -> [NamedCustomer]? {
    if ready.isEmpty { ready = try await nextBatches()[...] }
    return ready.popFirst()
  }

  private func nextBatches() async throws -> [[NamedCustomer]] {
    var named: [[NamedCustomer]] = []
    var asked = 0
    try await inOrder(
      atOnce: workers,
      next: {
        guard asked < workers, let batch = try await query.next() else { return nil }
        asked += 1
        return batch
      },
      work: { [vault, store, versions] (batch: [CustomerBundles]) in
        let reader = try CustomerReader(vault: vault, store: store)
        var spellings: [(customer: CustomerBundles, names: Set<[UInt8]>)] = []
        for customer in batch {
          let open = try await reader.open(customer)
          let records = versions == .all ? open.versions : open.records
          spellings.append((customer, Set(records.map(\.subjectAsGiven))))
        }
        return spellings
      },
      take: { spellings in
        var batch: [NamedCustomer] = []
        for (customer, names) in spellings {
          let found = folders.take(names, of: customer.subject, in: customer.classID)
          batch.append(NamedCustomer(bundles: customer, folders: found))
        }
        named.append(batch)
      })
    return named
  }
}

extension OpenPlace {
  /// The folders of an export, of which none is given yet.
  package func exportFolders() throws -> ExportFolders {
    ExportFolders(try unlocked().classes.map { ($0.id, $0.name) })
  }
}

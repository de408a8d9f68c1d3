internal import Rules
internal import Boxes
internal import Keyring
internal import Sealing

/// Goes through a catalog: the customers of a selection, with what opens their bundles, a batch at a time.
final class CatalogQuery {
  private let vault: OpenPlace
  private let keys: OpenKeyring
  let file: CatalogFile
  /// What couldn't be read while the catalog was brought up to date.
  let findings: [Finding]
  private var classes: ArraySlice<Section>
  /// The customers that are wanted; nil for all.
  private var wanted: ArraySlice<[UInt8]>?
  private var last: [UInt8]?

  /// So many bundles go to a worker at a time, where customers are small; so many customers where they are asked
  /// for by name.
  private static let bundlesAtOnce = 512

  init(_ vault: OpenPlace, _ selection: Selection) async throws {
    self.vault = vault
    keys = try vault.unlocked()
    let classes = try Self.classes(of: selection, in: keys)
    self.classes = classes[...]
    let (file, findings) = try await vault.updatedCatalog(
      whole: selection.subject == nil && selection.record == nil)
    self.file = file
    // What lies behind a gap in the ledger isn't even known by name.
    self.findings = [vault.gap, vault.torn].compactMap(\.self) + findings.map(\.hidingVersions)
    wanted = try await Self.customers(of: selection, in: classes, keys, file).map { $0[...] }
  }

  /// For these customers, of a catalog that was brought up to date.
  init(_ vault: OpenPlace, _ file: CatalogFile, customers: [[UInt8]]) throws {
    self.vault = vault
    self.file = file
    keys = try vault.unlocked()
    classes = keys.classes[...]
    findings = []
    wanted = customers[...]
  }

  /// A customer as the source gave it, from the tables of other classes; nil where none tells.
  func name(of subject: Identifier, besides own: Section, _ reader: CustomerReader) async throws -> [UInt8]? {
    for section in classes where section.id != own.id {
      let id = CatalogFile.customer(section.id, subject)
      guard let customer = try await customer(id, file.bundles(of: [id]).first ?? [], in: section),
        let found = try await reader.open(customer).versions.first(where: { $0.attribution == .confirmed })
      else { continue }
      return found.subjectAsGiven
    }
    return nil
  }

  /// The class of a customer, where it is open.
  func section(of customer: [UInt8]) -> Section? { classes.first { customer.starts(with: $0.id.bytes) } }

  /// The classes of a selection that are open, by name.
  static func classes(of selection: Selection, in keys: OpenKeyring) throws -> [Section] {
    guard let wanted = selection.className else { return keys.classes }
    let classes = keys.classes.filter { $0.name == wanted }
    guard !classes.isEmpty else {
      // Who opens every class knows that there is none.
      if keys.opened.isWhole {
        let names = keys.classes.map(\.name).joined(separator: ", ")
        throw VaultError(
          .input, "there is no class '\(wanted)'", safe: "nothing was written", hint: "there are: \(names)")
      }
      let open = keys.classes.map(\.name).joined(separator: ", ")
      throw VaultError(
        .notGranted, "this identity does not open a class '\(wanted)'; it opens: \(open)",
        safe: "nothing was written",
        hint: "a custodian can grant it")
    }
    return classes
  }

  private static func customers(
    of selection: Selection, in classes: [Section], _ keys: OpenKeyring, _ file: CatalogFile
  ) async throws -> [[UInt8]]? {
    if let wanted = selection.subject {
      let isCommon = wanted == "common"
      let found = try await keys.subject(isCommon ? .common : .number, isCommon ? [] : Array(wanted.utf8))
      guard let subject = found else { return [] }
      return classes.map { CatalogFile.customer($0.id, subject) }
    }
    guard let record = selection.record else { return nil }
    let found = try file.customers(withRecord: record)
    // Tables that couldn't be read have no ids here: then all are asked.
    guard !found.isEmpty else { return nil }
    return classes.flatMap { section in
      found.filter { $0.starts(with: section.id.bytes) }.sorted { $0.lexicographicallyPrecedes($1) }
    }
  }

  /// The next customers; nil behind the last.
  func next() async throws -> [CustomerBundles]? {
    try Task.checkCancellation()
    if wanted != nil { return try await nextWanted() }
    while let section = classes.first {
      let found = try file.customers(of: section.id, after: last, atLeast: Self.bundlesAtOnce)
      guard let end = found.last?.customer else {
        classes.removeFirst()
        last = nil
        continue
      }
      last = end
      var batch: [CustomerBundles] = []
      for one in found {
        if let customer = try await customer(one.customer, one.bundles, in: section) {
          batch.append(customer)
        }
      }
      return batch
    }
    return nil
  }

  private func nextWanted() async throws -> [CustomerBundles]? {
    guard let next = wanted?.prefix(64), !next.isEmpty else { return nil }
    wanted = wanted?.dropFirst(64)
    var batch: [CustomerBundles] = []
    for (customer, bundles) in zip(next, try file.bundles(of: Array(next))) {
      guard let section = section(of: customer) else { continue }
      if let found = try await self.customer(customer, bundles, in: section) { batch.append(found) }
    }
    return batch
  }

  /// What opens a customer's bundles; nil where none of them is here.
  func customer(_ id: [UInt8], _ found: [CatalogFile.Bundle], in section: Section) async throws
    -> CustomerBundles?
  {
    guard let subject = Identifier(bytes: Array(id[16...])) else { return nil }
    let bundles = try found.compactMap { bundle -> CustomerBundles.Place? in
      guard let box = vault.boxHere(bundle.ordinal) else { return nil }
      guard try isStill(box) else {
        throw VaultError(
          .busy, "the catalog was changed by another command", safe: "nothing was written",
          hint: "try again, not with two copies at once")
      }
      return CustomerBundles.Place(box: box, row: bundle.row)
    }
    guard !bundles.isEmpty else { return nil }
    let key: Secret?
    do {
      key = try await keys.key(of: subject, in: section.id)
    } catch let error as VaultError where error.code == .missing || error.code == .damaged {
      // A page of keys can't be read: told once, with the pages.
      return nil
    }
    return CustomerBundles(
      classID: section.id, className: section.name, subject: subject, key: key,
      isKeyringRead: keys.hasRead(all: section.id), epochs: section.keysByEpoch,
      erased: try await vault.erasedKeys(), bundles: bundles)
  }

  private var checked: [Int: Bool] = [:]

  /// Whether the catalog means the same box by this number.
  private func isStill(_ box: KnownBox) throws -> Bool {
    if let known = checked[box.ordinal] { return known }
    let same = try file.hash(of: box.ordinal) == box.box.hash
    checked[box.ordinal] = same
    return same
  }

  /// Pages of keys that turned out to be unusable on the way.
  var unusablePages: [Finding] {
    keys.unusableFindings.filter { !findings.contains($0) }
  }
}

extension OpenPlace {
  /// The catalog of this vault and identity on this machine, brought up to date, and what couldn't be read for that.
  /// - Parameters:
  ///   - whole: whether all of it is wanted, so that nothing may be missing in it.
  ///   - remembers: whether what this machine remembers counts, whatever the place was opened for.
  func updatedCatalog(whole: Bool, remembers: Bool = false) async throws -> (CatalogFile, [Finding]) {
    let file = try catalogFile(remembers)
    do {
      let findings = try await CatalogUpdate(file, of: self).run()
      try file.checkBoxes(state.boxes.count)
      if whole { try file.checkWhole() }
      return (file, findings)
    } catch {
      guard let trouble = file.trouble, (error as? VaultError)?.code == .storage else { throw error }
      // It can be made again at any time; where none can be kept, one goes with the process.
      openCatalog = nil
      if trouble == .broken { try? file.discard() }
      let fresh = try trouble == .broken ? catalogFile(remembers) : temporaryCatalog()
      return (fresh, try await CatalogUpdate(fresh, of: self).run())
    }
  }

  private func temporaryCatalog() throws -> CatalogFile {
    let file = try CatalogFile.temporary()
    openCatalog = (try writer().publicIdentity.id, file)
    return file
  }

  private func catalogFile(_ remembers: Bool) throws -> CatalogFile {
    let identity = try writer().publicIdentity.id
    if remembers, isAfresh {
      return try CatalogFile.open(in: machine.cache, vault: state.vault, identity: identity)
    }
    if let openCatalog, openCatalog.identity == identity { return openCatalog.file }
    let file =
      isAfresh
      ? try CatalogFile.temporary()
      : try CatalogFile.open(in: machine.cache, vault: state.vault, identity: identity)
    openCatalog = (identity, file)
    return file
  }
}

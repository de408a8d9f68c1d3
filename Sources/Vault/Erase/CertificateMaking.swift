internal import Boxes
internal import Keyring
internal import Ledger
package import Rules
internal import Sealing

/// An erasure's certificate, computed from what is there now.
extension OpenPlace {
  /// - Throws: `VaultError` `.refused` while the erasure may still be taken back: before another custodian compared the
  ///   keyring, and before the older keys were removed from the vault.
  public func certificate(ofErasure number: UInt64) async throws -> ErasureCertificate {
    guard state.erasures[number] != nil else {
      throw VaultError(.input, "entry \(number) erases nothing", safe: "nothing was changed")
    }
    let erasure = try checkErasure(number)
    let erased = erasure.erased
    let (compared, removed) = try finality(of: erased.content, entry: number)
    let account = try await account(of: erasure)
    let (classes, boxesNotRead) = try await parts(of: account)
    let asked = erasure.request.flatMap { state.requests[$0] }?.asked
    let due = state.dueDay(of: erasure)
    let subjects = Set(account.keys.flatMap { $0.pairs.map(\.subject) })
    let (recipients, leftOut) = try await recipients(
      of: subjects, in: Set(account.keys.map(\.classID)), before: number)
    return ErasureCertificate(
      vault: state.vault.hex, erasure: number, erased: erased.time, due: due, basis: account.reason,
      by: erased.by.hex, askedBy: asked?.by.hex ?? "", request: erasure.request ?? 0, compared: compared,
      removed: removed, generation: erased.content.generation, rows: erased.content.rows, classes: classes,
      boxesNotRead: boxesNotRead,
      withheld: account.withheld.map { one in
        ErasureCertificate.Withheld(
          id: one.classID.hex, name: className(of: one.classID), customers: one.subjects.count,
          until: one.until)
      },
      recipients: recipients, recipientsLeftOut: leftOut,
      places: state.places(of: erased))
  }

  /// Refuses a customer's number on the page of an erasure while it leads to somebody who has what it erased.
  public func checkErased(_ number: String, by entry: UInt64) async throws {
    guard let erasure = state.erasures[entry], let id = try await customer(numbered: number) else { return }
    let keys = try unlocked()
    let (file, _) = try await updatedCatalog(whole: true, remembers: true)
    for (classID, _) in try await account(of: erasure).keys where keys.opened[classID] != nil {
      guard try await keys.key(of: id, in: classID) != nil else { continue }
      // Who was sealed for since alone has come back.
      let bundles = try file.bundles(of: [CatalogFile.customer(classID, id)]).joined()
      guard bundles.allSatisfy({ state.boxes[$0.ordinal].entry > entry }) else {
        throw VaultError(
          .refused, "the customer of that number isn't erased: there is a key in \(className(of: classID))",
          safe: "nothing was written", hint: "the page names whom the request for erasure named")
      }
    }
  }

  /// The entries from which on an erasure can't be taken back any more.
  func finality(
    of erasure: Erasure, entry: UInt64
  ) throws(VaultError) -> (compared: UInt64, removed: UInt64) {
    guard let known = state.generation(erasure.generation), let compared = known.compared else {
      throw VaultError(
        .refused, "another custodian has yet to compare keyring generation \(erasure.generation)",
        safe: "erasure \(entry) stands, and can still be taken back",
        hint:
          "their next command does it, if the generation before is there; where it can't, that command says why"
      )
    }
    var removed: UInt64 = 0
    for known in state.generations where known.number < erasure.generation {
      guard let removal = state.removed[RemovedObject(hash: known.file, kind: .keyring)] else {
        throw VaultError(
          .refused,
          "keyring generation \(known.number), which has the keys, isn't removed from the vault yet",
          safe: "erasure \(entry) stands, and can still be taken back", hint: .eraseSuperseded)
      }
      removed = max(removed, removal.entry)
    }
    return (compared == known.entry ? 0 : compared, removed)
  }

  private func className(of id: Identifier) -> String { classNames[id] ?? "id-\(id.hex)" }

  /// What the keys opened, as the boxes' indexes say, and how many boxes' indexes couldn't be read: a box that burnt down
  /// stops no certificate, since what it held is gone twice.
  private func parts(
    of account: ErasureAccount
  ) async throws -> (parts: [ErasureCertificate.ClassPart], boxesNotRead: Int) {
    let (file, findings) = try await updatedCatalog(whole: true, remembers: true)
    // What can't be looked at now is there perhaps, and would be counted a moment later.
    guard !findings.contains(where: { $0.kind == .unread && $0.concernsRecords }) else {
      throw VaultError(
        .damaged, "what was erased can't be counted while boxes can't be looked at",
        safe: "nothing was changed",
        hint: .verifyThenRepair)
    }
    let closed = try file.odd().filter(\.isClosed).map(\.ordinal)
    // The catalog may know of boxes that a copy which is behind doesn't have.
    let boxesNotRead = try Set(file.unread() + closed).count {
      $0 < state.boxes.count && state.boxes[$0].isLive(at: state.size)
    }
    let parts = try account.keys.map { classID, pairs in
      let found = try file.bundles(of: pairs.map { CatalogFile.customer(classID, $0.subject) })
      var (bundles, bytes): (Int, UInt64) = (0, 0)
      for (pair, rows) in zip(pairs, found) {
        for found in rows
        where found.row.keyCheck.bytes == pair.check && state.boxes[found.ordinal].isLive(at: state.size) {
          bundles += 1
          bytes += found.row.bodyLength + found.row.tableLength
        }
      }
      return ErasureCertificate.ClassPart(
        id: classID.hex, name: className(of: classID), keys: pairs.count, bundles: bundles, bytes: bytes)
    }
    return (parts, boxesNotRead)
  }

  /// Who was given such records before an entry.
  private func recipients(
    of subjects: Set<Identifier>, in classes: Set<Identifier>, before number: UInt64
  ) async throws -> ([ErasureCertificate.Recipient], leftOut: Int) {
    var (found, leftOut): ([ErasureCertificate.Recipient], Int) = ([], 0)
    try await forEachSealed([.accessed]) { entry in
      guard entry.number < number else { return }
      let terms = entry.part.flatMap { try? AccessTerms($0) }
      guard terms?.concerns(subjects, in: classes) ?? true, terms?.how != .read else { return }
      guard found.count < Self.mostRecipients else {
        leftOut += 1
        return
      }
      found.append(
        ErasureCertificate.Recipient(
          entry: entry.number, how: terms?.how.rawValue ?? "",
          purpose: String((terms?.purpose ?? "").prefix(Self.purposeLength)), time: entry.time))
    }
    return (found, leftOut)
  }

  /// More would make a certificate that nobody reads, and that anybody who may read could make as long as they like.
  private static let mostRecipients = 500
  private static let purposeLength = 1000

  /// Enters a certificate, so that the ledger vouches for it; nothing where its newest one says the same.
  /// - Returns: the `attested` entry.
  public func attest(_ certificate: ErasureCertificate) async throws -> UInt64 {
    let report = Digest.sha256(of: try certificate.encoded())
    if let same = state.erasures[certificate.erasure]?.certificate, same.content.report == report {
      _ = try writer()
      try await requireHome()
      return same.number
    }
    return try await attest(Attestation(about: certificate.erasure, kind: .erasure, report: report))
  }
}

extension LedgerState {
  /// Every place that may ever have held what an erasure dropped, by id, and how far it is there.
  package func places(of erasure: Entered<Erasure>) -> [ErasureCertificate.Place] {
    let generation = erasure.content.generation
    return places.values.filter { place in
      // Where the first copy came with a later generation the keys never were.
      place.wasHome || place.copyings.contains { $0.content.generation < generation }
    }.sorted { $0.id < $1.id }.map { place in
      if let seen = place.keysSeen, seen.entry > erasure.number, seen.oldest >= generation {
        return ErasureCertificate.Place(place: place.id.hex, state: .confirmed, entry: seen.entry)
      }
      if let forgotten = place.forgotten {
        return ErasureCertificate.Place(place: place.id.hex, state: .forgotten, entry: forgotten)
      }
      return ErasureCertificate.Place(place: place.id.hex, state: .pending, entry: 0)
    }
  }

  /// Erasures that a place hasn't followed yet, as far as public entries show, by number.
  package var pendingErasures: [UInt64] {
    erasures.values.filter { erasure in
      erasure.ended == nil && places(of: erasure.erased).contains { $0.state == .pending }
    }.map(\.erased.number).sorted()
  }

  /// The day by which an erasure is to be done, a month after it was asked for or entered: YYYY-MM-DD.
  package func dueDay(of erasure: KnownErasure) -> String {
    let asked = erasure.request.flatMap { requests[$0] }?.asked.time
    return CivilTime.day(of: asked ?? erasure.erased.time)?.monthLater.text ?? ""
  }
}

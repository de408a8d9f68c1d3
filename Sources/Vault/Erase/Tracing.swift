internal import Boxes
internal import Keyring
internal import Ledger
internal import Rules
public import Sealing

/// An entry in the story of a customer, or of a record.
public struct TracedEntry: Hashable, Sendable {
  /// Its number.
  public let number: UInt64
  /// What it enters.
  public let event: String
  /// Who made it.
  public let by: Identifier
  /// When, as its maker's clock said.
  public let time: UInt64
  /// What it says of them, in a few words.
  public let words: String
}

/// A story, and how far it can be told.
public struct Trace: Sendable {
  /// In order.
  public let entries: [TracedEntry]
  /// Whether the journal is open: without it nobody knows whom holds, erasures and reads concern.
  public let opensJournal: Bool
  /// What couldn't be read.
  public let findings: [Finding]
}

/// The whole story of a customer so far: what came in, who read it, what held it, what erased it.
extension OpenPlace {
  /// The id of a customer, by their number or, of one that was erased, by `id-` and their id.
  public func tracedCustomer(_ name: String) async throws -> Identifier {
    if name.hasPrefix("id-"), let id = Identifier(hex: name.dropFirst(3)) { return id }
    guard let id = try await customer(numbered: name) else {
      throw VaultError(
        .input, "the directory knows no such customer, or they were erased",
        hint:
          "an erased customer is called by id-ID, as 'erase' said, and as the first 32 of each 48 digits of an order's pairs"
      )
    }
    return id
  }

  /// - Parameters:
  ///   - subject: the customer's id.
  ///   - record: only versions of this record among what came in.
  public func trace(_ subject: Identifier, record: Identifier? = nil) async throws -> Trace {
    let (sealed, findings) = try await sealedEntries(of: subject, record: record)
    var entries: [TracedEntry] = []
    var about: Set<UInt64> = []
    try await forEachSealed(Self.traced) { entry in
      // Of entries that don't count only the newest are known as such, but of these events all that do.
      switch entry.event {
      case .held where state.holds[entry.number] == nil, .erased where state.erasures[entry.number] == nil,
        .requested where state.requests[entry.number] == nil:
        return
      default: break
      }
      let words: String?
      if let said = sealed[entry.number] {
        words = said
      } else {
        words = Self.words(of: entry, on: subject, about: about)
      }
      guard let words else { return }
      about.insert(entry.number)
      entries.append(
        TracedEntry(
          number: entry.number, event: entry.event.rawValue, by: entry.by, time: entry.time, words: words))
    }
    return Trace(entries: entries, opensJournal: !journalKeys().isEmpty, findings: findings)
  }

  private static let traced: Set<EventName> = [
    .sealed, .moved, .held, .erased, .requested, .accessed, .found, .ended, .attested,
  ]

  /// Entries that brought something of a customer in or moved it, with what they did.
  private func sealedEntries(
    of subject: Identifier, record: Identifier?
  ) async throws -> ([UInt64: String], [Finding]) {
    if let record {
      var found: [UInt64: String] = [:]
      let rest = try await forEachCustomer(
        Selection(record: record.hex, versions: .all)
      ) { records in
        for one in records where one.id == record && one.subject == subject {
          found[one.firstEntry] = "version \(one.version) of \(one.versions), \(one.size) bytes"
        }
      }
      return (found, rest.findings)
    }
    let (file, findings) = try await updatedCatalog(whole: false)
    var counts: [UInt64: (bundles: Int, records: UInt64)] = [:]
    var carried: [UInt64: Int] = [:]
    for section in try unlocked().classes {
      for bundle in try file.bundles(of: [CatalogFile.customer(section.id, subject)]).joined() {
        let box = state.boxes[bundle.ordinal]
        let entry = bundle.row.firstEntry(in: box)
        if state.moves[box.entry] != nil { carried[box.entry, default: 0] += 1 }
        counts[entry, default: (0, 0)].bundles += 1
        counts[entry, default: (0, 0)].records += UInt64(bundle.row.records)
      }
    }
    let words = counts.mapValues { count in
      "\(count.records) \(count.records == 1 ? "record" : "records") in \(count.bundles) \(count.bundles == 1 ? "bundle" : "bundles")"
    }
    let moved = try await tracedMoves(of: subject, carried: carried)
    return (words.merging(moved) { first, _ in first }, findings)
  }

  /// What an entry says of a customer; nil where it says nothing of them, or that can't be known.
  private static func words(
    of entry: SealedEntry, on subject: Identifier, about: Set<UInt64>
  ) -> String? {
    switch entry.content {
    case .ended(let number): return about.contains(number) ? "entry \(number) is over" : nil
    case .attested(let attestation):
      return about.contains(attestation.about)
        ? "a document of kind \(attestation.kind.rawValue), about entry \(attestation.about)" : nil
    default: break
    }
    guard let part = entry.part else { return nil }
    switch entry.content {
    case .held:
      guard let terms = try? Hold.Terms(part) else {
        return "a hold that can't be read, and so holds everything"
      }
      return terms.subjects.isEmpty || terms.subjects.contains(subject)
        ? terms.subjects.isEmpty ? "held, with everybody" : "held" : nil
    case .erased(let erasure):
      guard let account = try? ErasureAccount(part, rows: erasure.rows) else { return nil }
      let keys = account.keys.count { $0.pairs.contains { $0.subject == subject } }
      let kept = account.withheld.count { $0.subjects.contains(subject) }
      if keys == 0, kept == 0 { return nil }
      return "erased in \(keys) \(keys == 1 ? "class" : "classes")" + (kept > 0 ? ", kept in \(kept)" : "")
    case .requested:
      guard let asked = try? AskedErasure(part.object("todo")) else { return nil }
      return asked.subjects.contains(subject) ? "asked to be erased" : nil
    case .accessed(let access):
      guard let terms = try? AccessTerms(part) else { return nil }
      guard terms.subjects.isEmpty || terms.subjects.contains(subject) else { return nil }
      let what = terms.subjects.isEmpty ? "with others, \(terms.how.rawValue)" : terms.how.rawValue
      return "\(what): \(access.records) \(access.records == 1 ? "record" : "records")"
        + (terms.purpose.isEmpty ? "" : ", for: \(terms.purpose)")
    case .found:
      guard let finding = try? WithheldFinding(part) else { return nil }
      return finding.withheld.contains { $0.subjects.contains(subject) }
        ? "was to be erased, and kept" : nil
    default: return nil
    }
  }
}

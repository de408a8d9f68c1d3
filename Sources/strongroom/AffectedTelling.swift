import Sealing
import Vault

/// Tells whose records findings are about, where the identity at hand can know it.
struct AffectedTelling {
  let keys: KeyOptions
  let talk: OutputOptions
  /// The key that is at work already, where there is one.
  var key: KeySource?
  /// What was asked for; others are nobody's business here.
  var selection: SelectionOptions?
  /// Whether a box is called damaged only where nothing in it can be read.
  var isExact = false

  /// So many customers, and records of each, are told to people; programs are told more.
  private static let customersTold = 20
  private static let recordsTold = 5
  /// So many records are listed for programs, at about a kilobyte each; of customers beyond them their number is told.
  private static let recordsListed = 50_000

  /// Customers are named on standard output alone: standard error goes into logs.
  ///
  /// Nobody is asked for a passphrase for it, and what can't be known changes nothing about the findings.
  /// - Returns: what programs read; nil where there is nothing to tell, or no identity to tell it.
  func tell(_ findings: [Finding], of opened: OpenPlace) async throws -> JSONObject? {
    guard findings.contains(where: \.concernsRecords) else { return nil }
    do {
      if !opened.isUnlocked {
        guard let key = try key ?? keys.given() else {
          if !talk.quiet {
            Output.note(
              "hint: with --identity or --passphrase-file this command says whose records these are")
          }
          return nil
        }
        try await opened.unlock(with: key)
      }
      return try await look(findings, opened)
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      Output.warn(.locked, "whose records these are can't be told: \(Output.printable("\(error)"))")
      return nil
    }
  }

  private func look(_ findings: [Finding], _ opened: OpenPlace) async throws -> JSONObject {
    var customers: [JSONValue] = []
    var (count, records) = (0, 0)
    let unknown = try await opened.forEachAffected(by: findings) { affected in
      guard selection?.concerns(affected) ?? true else { return }
      count += 1
      if talk.json {
        let listed = max(0, Self.recordsListed - records)
        records += affected.records.count
        customers.append(affected.told(listing: listed))
      } else if count <= Self.customersTold {
        Output.line("affected: \(line(affected))")
      }
    }
    if !talk.json, count > Self.customersTold {
      Output.line(
        "affected: \(Output.count(count - Self.customersTold, "more customer")); --json names all of them")
    }
    if !talk.quiet, !isExact, count > 0, findings.contains(where: \.isOfDamagedBox) {
      Output.note(
        "hint: of a damaged box some records may be whole; strongroom export says which"
      )
    }
    if !unknown.isEmpty, !talk.json {
      Output.line(
        "affected: \(Output.count(unknown.count, "box")) of which this machine doesn't know what they hold, "
          + "or that this identity doesn't open")
      if !talk.quiet {
        Output.note(
          "hint: strongroom ls PLACE, of a place that has them, makes known here what can be opened")
      }
    }
    return [
      "customers": .array(customers), "unknown_boxes": .array(unknown.map { .string($0.hex) }),
    ]
  }

  private func line(_ affected: Affected) -> String {
    let customer =
      affected.subjectAsGiven.map { Output.printable($0) } ?? "customer with the id \(affected.subject.hex)"
    var parts = affected.records.prefix(Self.recordsTold).map { record in
      let version = record.versions > 1 ? " (version \(record.version) of \(record.versions))" : ""
      return Output.printable(record.path) + version
    }
    let more = affected.records.count - parts.count
    if more > 0 { parts.append("\(Output.grouped(UInt64(more))) more") }
    if affected.unnamed > 0 {
      parts.append(
        "\(Output.count(affected.unnamed, "record")) (or parts of large ones) in tables that can't be read")
    }
    return "\(Output.printable(affected.className))/\(customer): \(parts.joined(separator: ", "))"
  }
}

extension Affected {
  /// As programs read it.
  fileprivate func told(listing listed: Int) -> JSONValue {
    var object: JSONObject = [
      "class": .string(className), "id": .string(subject.hex),
      "more": .integer(UInt64(max(0, records.count - listed))), "unnamed": .integer(unnamed),
      "records": .array(
        records.prefix(listed).map { record in
          var told: JSONObject = [
            "record": .string(record.id.hex), "source": .string(record.source),
            "version": .integer(UInt64(record.version)), "versions": .integer(UInt64(record.versions)),
          ]
          told.set("path", record.path)
          return .object(told)
        }),
    ]
    if let subjectAsGiven { object.set("subject", subjectAsGiven) }
    return .object(object)
  }
}

import Sealing
import Vault

/// Tells whose records findings are about, where the identity at hand can know it.
struct AffectedTelling {
  let keys: KeyOptions
  let talk: OutputOptions

  /// So many customers, and records of each, are told to people; programs are told all.
  private static let customersTold = 20
  private static let recordsTold = 5

  /// Nobody is asked for a passphrase for it, and what can't be known changes nothing about the findings.
  /// - Returns: what programs read; nil where there is nothing to tell, or no identity to tell it.
  func tell(_ findings: [Finding], of opened: OpenPlace) async throws -> JSONObject? {
    guard findings.contains(where: \.concernsRecords) else { return nil }
    do {
      if !opened.isUnlocked {
        guard let key = try keys.given() else {
          if !talk.quiet { Output.note("hint: with --identity this command says whose records these are") }
          return nil
        }
        try await opened.unlock(with: key)
      }
      return try await look(findings, opened)
    } catch let error as VaultError {
      Output.warn(.locked, "whose records these are can't be told: \(Output.printable(error.what))")
      return nil
    }
  }

  private func look(_ findings: [Finding], _ opened: OpenPlace) async throws -> JSONObject {
    var customers: [JSONValue] = []
    var count = 0
    let unknown = try await opened.forEachAffected(by: findings) { affected in
      count += 1
      if talk.json {
        customers.append(affected.told)
      } else if count <= Self.customersTold {
        Output.note("affected: \(line(affected))")
      }
    }
    if !talk.json, count > Self.customersTold {
      Output.note(
        "affected: \(Output.count(count - Self.customersTold, "more customer")); --json names all of them")
    }
    if !unknown.isEmpty, !talk.json {
      Output.note(
        "affected: \(Output.count(unknown.count, "box")) of which this machine doesn't know what is in it, "
          + "or that this identity doesn't open")
      Output.note("hint: strongroom ls PLACE, of a place that has them, makes it known here")
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
      parts.append("\(Output.count(affected.unnamed, "record")) in tables that can't be read")
    }
    return "\(Output.printable(affected.className))/\(customer): \(parts.joined(separator: ", "))"
  }
}

extension Affected {
  /// As programs read it.
  fileprivate var told: JSONValue {
    var object: JSONObject = [
      "class": .string(className), "id": .string(subject.hex), "unnamed": .integer(unnamed),
      "records": .array(
        records.map { record in
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

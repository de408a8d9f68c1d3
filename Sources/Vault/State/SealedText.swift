public import Ledger
public import Sealing

/// The one text that an event may seal to the journal: a label, a reason, the name of a place (Format 4.4).
extension Entry {
  /// This entry with `text` sealed to the journal's `epoch`, whose public key is `xWing`. Throws for an event that has
  /// no sealed part.
  public func sealing(text: String, epoch: UInt64, xWing: [UInt8], vault: Identifier) throws(LedgerError)
    -> Entry
  {
    let part = JSONObject([try sealedMember(): .string(Hex.encode(Array(text.utf8)))])
    return try sealing(part, epoch: epoch, xWing: xWing, vault: vault)
  }

  /// Opens what `sealing(text:)` sealed.
  public func openSealedText(with key: JournalKey, vault: Identifier) throws(LedgerError) -> String {
    let member = try sealedMember()
    let part = try openSealedPart(with: key, vault: vault)
    do {
      try part.only([member])
      guard let text = String(validating: try part.hex(member), as: UTF8.self) else {
        throw part.refusal(member, "isn't UTF-8")
      }
      return text
    } catch {
      throw LedgerError(.cannotOpen, "entry `\(event)`", "has a sealed part of another form: \(error)")
    }
  }

  private func sealedMember() throws(LedgerError) -> String {
    guard let member = EventName(rawValue: event)?.sealedMember else {
      throw LedgerError(.notSealed, "entry `\(event)`", "has no sealed part of its own")
    }
    return member
  }
}

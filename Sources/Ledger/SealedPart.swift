public import Sealing

/// Sealing part of an entry to an epoch of the journal, and opening it (Format 4.3).
extension Entry {
  /// The plaintext is padded to a multiple of so many bytes, so that its length tells little.
  static let padding = 256

  /// This entry with `part` sealed to the journal's `epoch`, whose public key is `xWing`. The message is bound to the
  /// public part: it can't be lifted into another entry.
  public func sealing(
    _ part: JSONObject, epoch: UInt64, xWing: [UInt8], vault: Identifier
  ) throws(LedgerError) -> Entry {
    guard sealed == nil else { throw LedgerError(.malformed, "entry", "has a sealed part already") }
    let plain = Secret(copying: try Self.padded(part.encoded()))
    let info = try Self.info(epoch: epoch, xWing: xWing, vault: vault, publicPart: publicPart)
    let message: [UInt8]
    do {
      message = try Envelope.seal(plain, to: xWing, info: info)
    } catch {
      throw LedgerError(
        .unavailable, "entry `\(event)`", "can't be sealed to journal epoch \(epoch): \(error)")
    }
    var member = JSONObject()
    member["epoch"] = .integer(epoch)
    member["message"] = .hex(message)
    var whole = object
    whole["sealed"] = .object(member)
    return try Entry(line: whole.encoded())
  }

  /// Opens the sealed part with the key of the epoch that `sealed` names.
  package func openSealedPart(with key: JournalKey, vault: Identifier) throws(LedgerError) -> JSONObject {
    guard let sealed else { throw LedgerError(.notSealed, "entry `\(event)`", "has no sealed part") }
    let info = try Self.info(
      epoch: sealed.epoch, xWing: key.publicKey, vault: vault, publicPart: publicPart)
    do {
      let plain = try key.open(sealed.message, info: info)
      return try plain.withSpan { span throws(LedgerError) in try Self.unpadded(span) }
    } catch let error as LedgerError {
      throw error
    } catch {
      throw LedgerError(
        .cannotOpen, "entry `\(event)`",
        "its sealed part doesn't open with the key of journal epoch \(sealed.epoch)")
    }
  }

  private static func info(
    epoch: UInt64, xWing: [UInt8], vault: Identifier, publicPart: [UInt8]
  ) throws(LedgerError) -> [UInt8] {
    guard let number = UInt32(exactly: epoch), number > 0 else {
      throw LedgerError(.malformed, "entry", "names journal epoch \(epoch), which can't be")
    }
    let context = SealContext(.journal, vault: vault, section: .journal, number: number)
    return Envelope.info(context: context, recipient: xWing, publicPart: publicPart)
  }

  static func padded(_ json: [UInt8]) throws(LedgerError) -> [UInt8] {
    guard json.count < lineLimit else { throw LedgerError(.tooLarge, "sealed part", "is over 32 KiB") }
    var plain = BigEndian.bytes(UInt32(json.count)) + json
    let rest = plain.count % padding
    if rest != 0 { plain.append(zeros: padding - rest) }
    return plain
  }

  static func unpadded(_ plain: Span<UInt8>) throws(LedgerError) -> JSONObject {
    let refused = LedgerError(.cannotOpen, "sealed part", "isn't length, JSON and padding")
    guard plain.count >= 4, plain.count % padding == 0, plain.count <= 2 * lineLimit else { throw refused }
    let length = Int(BigEndian.u32(plain, at: 0))
    guard length <= plain.count - 4, plain.count - 4 - length < padding,
      plain.isZero(4 + length..<plain.count)
    else { throw refused }
    let json = (4..<4 + length).map { plain[$0] }
    do {
      return try CanonicalJSON.decode(json, limit: lineLimit)
    } catch {
      throw LedgerError(.cannotOpen, "sealed part", "\(error)")
    }
  }
}

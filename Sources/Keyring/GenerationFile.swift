internal import Sealing

/// The canonical JSON of a generation (Format 2.2).
enum GenerationFile {
  static func encode(_ parts: Generation.Parts) -> [UInt8] {
    let object: JSONObject = [
      "grants": .array(parts.grants.map(encode)),
      "journal": .array(
        parts.journal.map {
          .object(["epoch": .integer(UInt64($0.epoch)), "xwing": .hex($0.xWing)])
        }),
      "number": .integer(UInt64(parts.number)),
      "pages": .array(
        parts.pages.map {
          .object(["hash": .string($0.digest.hex), "size": .integer(UInt64($0.size))])
        }),
      "previous": .string(parts.previous?.hex ?? ""),
      "sections": .array(parts.sections.map(JSONValue.hex)),
      "through": .integer(parts.through),
      "vault": .string(parts.vault.hex),
      "version": .integer(1),
    ]
    return object.encoded()
  }

  static func decode(_ bytes: [UInt8]) throws(KeyringError) -> Generation.Parts {
    do {
      return try parts(CanonicalJSON.decode(bytes, limit: Generation.maximumSize))
    } catch {
      throw KeyringError(.malformed, "generation: \(error.what)")
    }
  }

  private static func encode(_ grant: Grant) -> JSONValue {
    var object: JSONObject = [
      "identity": .string(grant.identity.hex), "message": .hex(grant.message),
    ]
    if let scrypt = grant.scrypt { object["scrypt"] = .object(scrypt.object) }
    return .object(object)
  }

  private static func parts(_ object: JSONObject) throws(Malformed) -> Generation.Parts {
    guard try object.integer("version") == 1 else {
      throw Malformed(what: "version \(try object.integer("version")), this program knows 1", where: "JSON")
    }
    try object.only([
      "grants", "journal", "number", "pages", "previous", "sections", "through", "vault", "version",
    ])
    let number = try object.integer("number")
    guard let number = UInt32(exactly: number) else {
      throw Malformed(what: "number \(number) is above 2^32 - 1", where: "JSON")
    }
    return Generation.Parts(
      vault: try object.identifier("vault"), number: number,
      previous: try object.string("previous").isEmpty ? nil : try object.digest("previous"),
      through: try object.integer("through"),
      grants: try each(object, "grants", grant), journal: try each(object, "journal", journal),
      pages: try each(object, "pages", page), sections: try sections(object))
  }

  private static func each<T>(
    _ object: JSONObject, _ key: String, _ read: (JSONObject) throws(Malformed) -> T
  ) throws(Malformed) -> [T] {
    var result: [T] = []
    for value in try object.array(key) { result.append(try read(try value.object())) }
    return result
  }

  private static func grant(_ object: JSONObject) throws(Malformed) -> Grant {
    try object.only(["identity", "message", "scrypt"])
    var scrypt: IdentityFile.Scrypt?
    if let member = try object.optionalObject("scrypt") { scrypt = try IdentityFile.Scrypt(member) }
    return Grant(
      identity: try object.identifier("identity"), message: try object.hex("message"), scrypt: scrypt)
  }

  private static func journal(_ object: JSONObject) throws(Malformed) -> Generation.JournalRecipient {
    try object.only(["epoch", "xwing"])
    guard let epoch = UInt32(exactly: try object.integer("epoch")) else {
      throw Malformed(what: "a journal epoch above 2^32 - 1", where: "JSON")
    }
    let xWing = try object.hex("xwing", count: Envelope.publicKeySize)
    do {
      try Envelope.check(xWing)
    } catch {
      throw Malformed(what: "journal epoch \(epoch): \(error.what)", where: "JSON")
    }
    return Generation.JournalRecipient(epoch: epoch, xWing: xWing)
  }

  private static func page(_ object: JSONObject) throws(Malformed) -> Generation.StoredPage {
    try object.only(["hash", "size"])
    let size = try object.integer("size")
    guard size >= 1, size <= UInt64(KeyPage.sealedSize(rows: KeyPage.maximumRows)) else {
      throw Malformed(what: "a page of \(size) bytes", where: "JSON")
    }
    return Generation.StoredPage(digest: try object.digest("hash"), size: Int(size))
  }

  private static func sections(_ object: JSONObject) throws(Malformed) -> [[UInt8]] {
    var sections: [[UInt8]] = []
    for value in try object.array("sections") {
      guard let bytes = Hex.decode(try value.string()), bytes.count >= SealedStream.headerSize else {
        throw Malformed(what: "a section that isn't a sealed stream in hex", where: "JSON")
      }
      sections.append(bytes)
    }
    return sections
  }
}

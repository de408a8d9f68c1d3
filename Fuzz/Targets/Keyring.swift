import Keyring
import Sealing

extension FuzzTarget {
  /// The keyring: its file, and what lies behind its seals.
  static let keyring = [
    FuzzTarget(name: "generation", limit: 128 << 10) { bytes in
      let generation = try Generation(decoding: bytes)
      try promise(generation.bytes == bytes, "a generation holds other bytes than it was read from")
      _ = generation.newestJournal
      _ = try OpenGeneration(generation, with: Known.identity)
    },
    FuzzTarget(name: "section", limit: 64 << 10) { bytes in
      let section = try Section(decoding: Secret(copying: bytes))
      try promise(section.encoded().equals(bytes.span), "a section is written otherwise than it was read")
      _ = (section.sealing, section.baseCount, section.rows)
    },
    FuzzTarget(name: "keyring", limit: 64 << 10) { bytes in try ForgedKeyring.open(bytes) },
    FuzzTarget(name: "page", limit: 48 * 4096 + 64) { bytes in
      var pieces = Pieces(bytes)
      let section = pieces.byte() & 1 == 0 ? Known.classID : Identifier.directory
      let rows = pieces.all()
      let sealed = try SealedStream.seal(
        rows.span, key: Known.key, context: SealContext(.page, vault: Known.vault, section: section))
      let reference = try PageReference(
        digest: Digest.sha256(of: sealed), key: Known.key, count: rows.count / 48, size: sealed.count,
        range: nil)
      let page = try KeyPage(opening: sealed, as: reference, in: section, vault: Known.vault)
      for index in 0..<min(page.count, 64) {
        let id = page.id(at: index)
        let found = section == .directory ? page.subject(of: id) != nil : page.key(of: id) != nil
        try promise(found, "a page doesn't find its own row")
      }
      try promise(page.key(of: .zero) == nil || page.id(at: 0) == .zero, "a page finds what it doesn't have")
    },
  ]
}

/// A generation whose seals are known, around plaintexts that nobody checked.
enum ForgedKeyring {
  private static let keys: [(id: Identifier, key: Secret)] = [
    (.directory, Known.key), (.journal, Known.otherKey), (Known.classID, Known.key),
  ]

  /// The input is a byte of flags, the grant's plaintext where a flag says so, and three sections' plaintexts.
  static func open(_ bytes: [UInt8]) throws {
    var pieces = Pieces(bytes)
    let flags = pieces.byte()
    let grant = flags & 1 == 1 ? pieces.piece() : self.grant
    var sections: [JSONValue] = []
    for section in keys {
      let context = SealContext(.section, vault: Known.vault, section: section.id, number: 1)
      sections.append(.hex(try SealedStream.seal(pieces.piece().span, key: section.key, context: context)))
    }
    let opened = try OpenGeneration(
      try Generation(decoding: try file(grant: grant, sections: sections, pages: pieces)),
      with: Known.identity)
    _ = (opened.isWhole, opened.rows)
    for section in opened.sections {
      try promise(section.section.encoded().count >= 128, "a section without a head is open")
    }
  }

  /// A grant of all three.
  static var grant: [UInt8] {
    [0, 3]
      + keys.flatMap { section in
        section.id.bytes
          + (section.key == Known.key
            ? [UInt8](repeating: 0x11, count: 32) : [UInt8](repeating: 0x22, count: 32))
      }
  }

  private static func file(grant: [UInt8], sections: [JSONValue], pages: Pieces) throws -> [UInt8] {
    var pages = pages
    let recipient = Known.identity.publicIdentity
    let info = Envelope.info(
      context: SealContext(.grant, vault: Known.vault, number: 1),
      recipient: recipient.xWing + recipient.ed25519,
      publicPart: nil)
    let message = try Envelope.seal(Secret(copying: grant), to: recipient.xWing, info: info)
    let named = pages.all()
    let digests = stride(from: 0, to: named.count - 31, by: 32).compactMap {
      Digest(bytes: Array(named[$0..<$0 + 32]))
    }
    let object: JSONObject = [
      "grants": .array([.object(["identity": .string(recipient.id.hex), "message": .hex(message)])]),
      "journal": .array([.object(["epoch": .integer(1), "xwing": .hex(Known.journal.publicKey)])]),
      "number": .integer(1),
      "pages": .array(digests.map { .object(["hash": .string($0.hex), "size": .integer(120)]) }),
      "previous": .string(""), "sections": .array(sections), "through": .integer(0),
      "vault": .string(Known.vault.hex), "version": .integer(1),
    ]
    return object.encoded()
  }
}

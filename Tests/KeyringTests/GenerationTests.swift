import Sealing
import Testing

@testable import Keyring

@Suite struct GenerationTests {
  let house: House

  init() throws { house = try House() }

  @Test func theFirstGenerationHasWhatAVaultStartsWith() throws {
    let generation = try Generation(decoding: house.first.generation.bytes)
    #expect(generation.digest == Digest.sha256(of: generation.bytes))
    #expect(generation.number == 1 && generation.previous == nil && generation.through == 0)
    #expect(generation.vault == house.vault && generation.pages.isEmpty && generation.sections.count == 4)
    let opened = try OpenGeneration(generation, with: house.custodian)
    #expect(opened.sections.map(\.section.name) == ["directory", "journal", "contracts", "letters"])
    #expect(
      opened.sections.allSatisfy { $0.section.epochs.count == 1 && $0.section.sealing.since == House.start })
    #expect(Set(opened.sections.map { $0.key.copied }).count == 4)
    #expect(Set(opened.sections.compactMap { $0.section.sealing.key?.copied }).count == 4)
    let seed = try #require(opened[.journal]?.section.sealing.key)
    #expect(try generation.newestJournal.xWing == JournalKey(seed: seed).publicKey)
    #expect(generation.newestJournal.epoch == 1)
  }

  @Test func aClerkOpensTheDirectoryAndOneClassAndNothingElse() throws {
    let opened = try OpenGeneration(house.first.generation, with: house.clerk)
    #expect(opened.sections.map(\.section.id) == [.directory, House.letters])
    #expect(opened[House.contracts] == nil && opened[.journal] == nil && !opened.isWhole)
    let grant = try #require(house.first.generation.grant(of: house.clerk.publicIdentity.id))
    let keys = try grant.open(with: house.clerk, vault: house.vault, generation: 1, sections: 4)
    // What the grant holds opens no other section, whatever it is taken for.
    for sealed in house.first.generation.sections[1...2] {
      for key in keys.values {
        for id in [Identifier.journal, House.contracts, House.letters, .directory] {
          let context = SealContext(.section, vault: house.vault, section: id, number: 1)
          #expect(throws: SealingError.self) {
            try SealedStream.openSecret(sealed.span, key: key, context: context)
          }
        }
      }
    }
    let theirs = house.first.sections.map(\.section).filter {
      $0.readers.contains(house.clerk.publicIdentity.id)
    }
    #expect(Set(theirs.map(\.id)) == [.directory, House.letters])
    expect(.notGranted) {
      _ = try KeyringEdit(of: opened, reason: .rotated, through: 1, additions: [], known: house.known)
    }
  }

  @Test func grantsDoNotTellWhatTheyOpen() throws {
    let messages = house.first.generation.grants.map(\.message.count)
    #expect(messages == [1136 + 2 + 4 * 48, 1136 + 2 + 4 * 48])
  }

  @Test func strangersAreToldSo() throws {
    let stranger = try Identity.generate()
    expect(.notGranted) { _ = try OpenGeneration(house.first.generation, with: stranger) }
    let grant = try #require(house.first.generation.grant(of: house.custodian.publicIdentity.id))
    expect(.notGranted) { _ = try grant.open(with: stranger, vault: house.vault, generation: 1, sections: 4) }
    expect(.wrongKey, "lifted into another name") {
      let lifted = Grant(identity: stranger.publicIdentity.id, message: grant.message, scrypt: nil)
      _ = try lifted.open(with: stranger, vault: house.vault, generation: 1, sections: 4)
    }
    expect(.wrongKey, "lifted into another generation") {
      _ = try grant.open(with: house.custodian, vault: house.vault, generation: 2, sections: 4)
    }
    expect(.wrongKey, "lifted into another vault") {
      _ = try grant.open(with: house.custodian, vault: id(1), generation: 1, sections: 4)
    }
  }

  @Test func everyFlipInAGrantIsRefused() throws {
    let grant = try #require(house.first.generation.grant(of: house.custodian.publicIdentity.id))
    for index in grant.message.indices {
      var message = grant.message
      message[index] ^= 0x01
      let flipped = Grant(identity: grant.identity, message: message, scrypt: nil)
      #expect(throws: KeyringError.self) {
        try flipped.open(with: house.custodian, vault: house.vault, generation: 1, sections: 4)
      }
    }
    for count in stride(from: 0, to: grant.message.count, by: 31) {
      let cut = Grant(identity: grant.identity, message: Array(grant.message[..<count]), scrypt: nil)
      #expect(throws: KeyringError.self) {
        try cut.open(with: house.custodian, vault: house.vault, generation: 1, sections: 4)
      }
    }
  }

  /// A grant's plaintext that is not what the format says, sealed as it should be.
  @Test func grantsOfAnotherFormAreRefused() throws {
    let a = id(1).bytes + key(1).copied
    let b = id(2).bytes + key(2).copied
    let zero = [UInt8](repeating: 0, count: 48)
    let total = 2
    for (what, plain) in [
      ("out of order", [0, 2] + b + a), ("twice", [0, 2] + a + a), ("more than there are", [0, 3] + a + b),
      ("not padded with zeros", [0, 1] + a + b), ("too short", [0, 1] + a),
      ("too long", [0, 1] + a + zero + [0]),
    ] {
      let context = SealContext(.grant, vault: house.vault, number: 1)
      let recipient = house.clerk.publicIdentity
      let info = Envelope.info(
        context: context, recipient: recipient.xWing + recipient.ed25519, publicPart: nil)
      let message = try Envelope.seal(Secret(copying: plain), to: recipient.xWing, info: info)
      expect(.malformed, "\(what)") {
        _ = try Grant(identity: recipient.id, message: message, scrypt: nil)
          .open(with: house.clerk, vault: house.vault, generation: 1, sections: total)
      }
    }
  }

  @Test func everyFlipInASectionIsRefused() throws {
    let generation = house.first.generation
    for position in generation.sections.indices {
      for index in generation.sections[position].indices {
        var parts = parts(of: generation)
        parts.sections[position][index] ^= 0x20
        let flipped = try Generation(parts)
        #expect(flipped.digest != generation.digest)
        // Without its own key's commitment it opens for nobody, which leaves a key of the grant without section.
        expect(index < 56 ? .mismatched : .damaged) { _ = try OpenGeneration(flipped, with: house.custodian) }
      }
    }
  }

  @Test func everyTruncationOfTheFileIsRefused() throws {
    let bytes = house.first.generation.bytes
    for count in stride(from: 0, to: bytes.count, by: 97) {
      expect(.malformed) { _ = try Generation(decoding: Array(bytes[..<count])) }
    }
    expect(.malformed) { _ = try Generation(decoding: bytes + [0x0a]) }
  }

  @Test func filesThatNoGenerationHasAreRefused() throws {
    let text = String(decoding: house.first.generation.bytes, as: UTF8.self)
    for (what, old, new) in [
      ("another version", #""version":1"#, #""version":2"#),
      ("an unknown member", #""through":0"#, #""thrice":1,"through":0"#),
      ("number 0", #""number":1"#, #""number":0"#),
      ("a second one without predecessor", #""number":1"#, #""number":2"#),
      ("a number that isn't 32 bits", #""number":1"#, #""number":4294967296"#),
      (
        "a first one with predecessor", #""previous":"""#,
        #""previous":"\#(String(repeating: "ab", count: 32))""#
      ),
      ("a page that isn't listed as one", #""pages":[]"#, #""pages":[{"hash":"ab","size":5}]"#),
      ("a blank", #""through":0"#, #""through": 0"#), ("journal epoch 0", #"{"epoch":1"#, #"{"epoch":0"#),
      ("no sections", #""sections":["#, #""sections":["abcd","#),
    ] {
      let changed = text.replacing(old, with: new)
      try #require(changed != text)
      expect(.malformed, "\(what)") { _ = try Generation(decoding: Array(changed.utf8)) }
    }
  }

  /// Read without a key: whoever seals to the journal must not take a key that hides less.
  @Test func journalKeysThatNobodyHolds() throws {
    let generation = house.first.generation
    let text = String(decoding: generation.bytes, as: UTF8.self)
    let key = Hex.encode(try #require(generation.journal.first).xWing)
    let lattice = String(key.dropLast(64))
    let others: [(String, String)] = [
      ("of small order", lattice + String(repeating: "0", count: 64)),
      ("in another spelling", lattice + "ef" + String(repeating: "f", count: 60) + "7f"),
      ("of large coefficients", "ffffff" + String(key.dropFirst(6))),
    ]
    for (what, other) in others {
      let changed = text.replacing(key, with: other)
      try #require(changed != text)
      expect(.malformed, "\(what)") { _ = try Generation(decoding: Array(changed.utf8)) }
    }
  }

  @Test func partsOutOfPlaceAreRefused() throws {
    let generation = house.first.generation
    expect(.malformed, "grants out of order") {
      var parts = parts(of: generation)
      parts.grants.reverse()
      _ = try Generation(parts)
    }
    expect(.malformed, "a grant that isn't padded") {
      var parts = parts(of: generation)
      parts.sections.removeLast()
      _ = try Generation(parts)
    }
    expect(.malformed, "sections out of order") {
      var parts = parts(of: generation)
      parts.sections.swapAt(0, 1)
      _ = try OpenGeneration(Generation(parts), with: house.custodian)
    }
    expect(.malformed, "classes out of order") {
      var parts = parts(of: generation)
      parts.sections.swapAt(2, 3)
      _ = try OpenGeneration(Generation(parts), with: house.custodian)
    }
    expect(.malformed, "another journal key, so that the provider could read along") {
      var parts = parts(of: generation)
      let other = try JournalKey(seed: key(3)).publicKey
      parts.journal = [Generation.JournalRecipient(epoch: 1, xWing: other)]
      _ = try OpenGeneration(Generation(parts), with: house.custodian)
    }
    expect(.malformed, "a page that no section names") {
      var parts = parts(of: generation)
      parts.pages = [Generation.StoredPage(digest: Digest.sha256(of: [1]), size: 500)]
      _ = try OpenGeneration(Generation(parts), with: house.custodian)
    }
    expect(.malformed, "a reader without a grant") {
      var parts = parts(of: generation)
      parts.grants.removeAll { $0.identity == house.clerk.publicIdentity.id }
      _ = try OpenGeneration(Generation(parts), with: house.custodian)
    }
    expect(.mismatched, "the same section twice") {
      var parts = parts(of: generation)
      parts.sections[3] = parts.sections[2]
      _ = try OpenGeneration(Generation(parts), with: house.custodian)
    }
  }

  /// Who asks for a class by name must get that one; names are compared as Unicode does.
  @Test(arguments: ["letters", "directory", "journal"]) func noTwoSectionsHaveOneName(name: String) throws {
    let generation = house.first.generation
    let opened = try #require(house.first[House.contracts])
    func renamed(_ name: String) throws -> Generation {
      let section = opened.section
      let plain = try Section(
        id: section.id, name: name, epochs: section.epochs, readers: section.readers
      ).encoded()
      var parts = parts(of: generation)
      parts.sections[2] = try SealedStream.seal(
        plain, key: opened.key,
        context: SealContext(.section, vault: house.vault, section: section.id, number: 1))
      return try Generation(parts)
    }
    _ = try OpenGeneration(renamed("other"), with: house.custodian)
    expect(.malformed) { _ = try OpenGeneration(renamed(name), with: house.custodian) }
    expect(.malformed, "none can be made") {
      _ = try OpenGeneration.founding(
        vault: house.vault, classes: [.init(id: id(1), name: name), .init(id: id(2), name: "letters")],
        since: 1, recipients: [(Recipient(house.custodian.publicIdentity), .all)])
    }
  }

  @Test func directoryAndJournalHaveTheirOwnNames() throws {
    let epochs = [Epoch(number: 1, state: .sealing, since: 1, key: key(1))]
    _ = try Section(id: .directory, name: "directory", epochs: epochs, readers: [])
    expect(.malformed) { _ = try Section(id: .directory, name: "journal", epochs: epochs, readers: []) }
    expect(.malformed) { _ = try Section(id: .journal, name: "Journal", epochs: epochs, readers: []) }
  }

  @Test func limitsHold() throws {
    let scrypt = IdentityFile.Scrypt(
      parameters: try ScryptParameters(n: 1 << 15, r: 8, p: 1), salt: [UInt8](repeating: 7, count: 32))
    func recipients(_ count: Int) throws -> [(Recipient, Access)] {
      try (0..<count).map { _ in (Recipient(try Identity.generate().publicIdentity, scrypt: scrypt), .all) }
    }
    func founding(_ recipients: [(Recipient, Access)]) throws -> OpenGeneration {
      try OpenGeneration.founding(vault: house.vault, classes: [], since: 1, recipients: recipients)
    }
    let four = try recipients(4)
    #expect(
      try Generation(decoding: founding(four).generation.bytes).grants.allSatisfy { $0.scrypt == scrypt })
    expect(.limit) { _ = try founding(recipients(5)) }
    expect(.malformed, "nobody could open the journal") {
      _ = try founding([(four[0].0, .only([.directory]))])
    }
    expect(.malformed, "a recipient of nothing") { _ = try founding([four[0], (four[1].0, .only([]))]) }
    expect(.malformed, "a recipient twice") { _ = try founding([four[0], four[0]]) }
    expect(.limit) {
      _ = try Generation(decoding: [UInt8](repeating: 0x20, count: Generation.maximumSize + 1))
    }
  }

  @Test func aPassphraseOpensItsGrant() throws {
    let parameters = try ScryptParameters(n: 1 << 15, r: 8, p: 1)
    let salt = [UInt8](repeating: 7, count: 32)
    let passphrase = Secret(copying: Array("correct horse battery".utf8))
    let identity = try Passphrase.identity(passphrase, salt: salt, parameters: parameters)
    let scrypt = IdentityFile.Scrypt(parameters: parameters, salt: salt)
    let opened = try OpenGeneration.founding(
      vault: house.vault, classes: [], since: 1,
      recipients: [(Recipient(identity.publicIdentity, scrypt: scrypt), .all)])
    let generation = try Generation(decoding: opened.generation.bytes)
    let grant = try #require(generation.grants.first)
    #expect(try OpenGeneration(generation, with: grant.identity(passphrase: passphrase)).isWhole)
    expect(.wrongKey) { _ = try grant.identity(passphrase: Secret(copying: Array("correct horse".utf8))) }
    let other = try #require(house.first.generation.grants.first)
    expect(.notGranted) { _ = try other.identity(passphrase: passphrase) }
  }

  func parts(of generation: Generation) -> Generation.Parts {
    Generation.Parts(
      vault: generation.vault, number: generation.number, previous: generation.previous,
      through: generation.through,
      grants: generation.grants, journal: generation.journal, pages: generation.pages,
      sections: generation.sections)
  }
}

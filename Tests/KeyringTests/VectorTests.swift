import Sealing
import Testing

@testable import Keyring

@Suite struct VectorTests {
  @Test func derivationsAreThoseOfOtherCode() throws {
    let vectors = try Vectors.read().derivations
    let (subject, epoch) = (try secret(vectors.subject), try secret(vectors.epoch))
    #expect(try KeySchedule.bundleKey(subject: subject, epoch: epoch).copied == bytes(vectors.bundle))
    #expect(try KeySchedule.indexKey(epoch: epoch).copied == bytes(vectors.index))
    #expect(try KeySchedule.contentKey(subject: subject).copied == bytes(vectors.content))
    #expect(try KeySchedule.keyCheck(subject: subject) == bytes(vectors.check))
  }

  @Test func tokensAreThoseOfOtherCode() throws {
    let vectors = try Vectors.read().derivations
    let epoch = try secret(vectors.epoch)
    for vector in vectors.tokens {
      let kind = try #require(KeySchedule.TokenKind(rawValue: vector.kind))
      let token = try KeySchedule.token(kind, bytes(vector.value), epoch: epoch)
      #expect(token.hex == vector.token, "\(vector.kind) \(vector.value)")
    }
  }

  @Test func tokensOfOneCustomerMeetAndOthersDoNot() throws {
    let epoch = key(9)
    func token(_ kind: KeySchedule.TokenKind, _ text: String) throws -> Identifier {
      try KeySchedule.token(kind, Array(text.utf8), epoch: epoch)
    }
    #expect(try token(.number, " 47\u{2165}\u{3000}") == token(.number, "47VI"))
    #expect(try token(.number, "A1") != token(.number, "a1"))
    #expect(try token(.number, "A1") != token(.id, "A1"))
    #expect(try token(.number, "A1") != KeySchedule.token(.number, Array("A1".utf8), epoch: key(8)))
  }

  @Test func tokensRefuseWhatIsNoValue() {
    expect(.malformed) { _ = try KeySchedule.token(.number, Array(" \u{a0}\t".utf8), epoch: key(1)) }
    expect(.malformed) { _ = try KeySchedule.token(.common, [65], epoch: key(1)) }
    expect(.malformed) { _ = try KeySchedule.token(.id, [UInt8](repeating: 65, count: 4097), epoch: key(1)) }
    expect(.malformed) { _ = try KeySchedule.bundleKey(subject: Secret(copying: [1]), epoch: key(1)) }
  }

  @Test func aGenerationOfOtherCodeOpens() throws {
    let vector = try Vectors.read().generation
    let generation = try Generation(decoding: Array(vector.file.utf8))
    let cls = try #require(Identifier(hex: vector.class))
    let custodian = try Identity(seed: secret(vector.custodian))
    let opened = try OpenGeneration(generation, with: custodian)
    #expect(opened.isWhole)
    #expect(generation.number == 7 && generation.through == 42 && generation.vault.hex == vector.vault)
    let section = try #require(opened[cls]).section
    #expect(section.name == "Verträge" && section.rows == 501)
    #expect(section.epochs.map(\.state) == [.destroyed, .opening, .sealing])
    #expect(section.epochs[0].key == nil)
    #expect(opened[.journal]?.section.epochs[0].marks == .compromised)
    #expect(opened[.directory]?.section.epochs.count == 1)
    #expect(opened.sections.allSatisfy { $0.section.readers.contains(custodian.publicIdentity.id) })
  }

  @Test func theRowsOfOtherCodeAreFound() throws {
    let vector = try Vectors.read().generation
    let generation = try Generation(decoding: Array(vector.file.utf8))
    let cls = try #require(Identifier(hex: vector.class))
    let opened = try OpenGeneration(generation, with: Identity(seed: secret(vector.clerk)))
    #expect(opened[.journal] == nil && opened.sections.count == 2)
    let shelf = Shelf()
    for page in vector.pages { shelf.put(try bytes(page)) }
    let addition = try Addition(
      digest: shelf.put(bytes(vector.addition.bytes)), count: 1,
      size: UInt64(vector.addition.bytes.count / 2), sealedKey: bytes(vector.addition.key), generation: 7)
    let added = try #require(try opened.open(addition))
    #expect(added.section == cls)
    let classRows = KeyRows(try #require(opened[cls]).section, additions: [added])
    func find(_ id: Identifier, _ rows: KeyRows) throws -> (KeyPage, Int)? {
      for reference in rows.candidates(for: id) {
        let page = try KeyPage(
          opening: try #require(shelf.load(reference.digest)), as: reference, in: rows.section,
          vault: generation.vault)
        if let index = page.index(of: id) { return (page, index) }
      }
      return nil
    }
    for (subject, value) in zip(vector.subjects, vector.keys) {
      let id = try #require(Identifier(hex: subject))
      let (page, _) = try #require(try find(id, classRows))
      #expect(try page.key(of: id)?.copied == bytes(value))
    }
    let new = try #require(Identifier(hex: vector.addition.subject))
    #expect(try find(new, classRows)?.0.key(of: new)?.copied == bytes(vector.addition.value))
    let directory = try #require(opened[.directory]).section
    for (number, subject) in vector.subjects.enumerated() {
      let token = try KeySchedule.token(
        .number, Array("\(number)".utf8), epoch: #require(directory.sealing.key))
      #expect(try find(token, KeyRows(directory))?.0.subject(of: token)?.hex == subject)
    }
    #expect(try find(id(1), classRows) == nil)
  }
}

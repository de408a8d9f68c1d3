import Testing

@testable import Sealing

/// Identity files that are closed under a passphrase.
@Suite struct ClosedIdentityTests {
  private static let passphrase = Secret(copying: Array("three kettles under snow".utf8))
  private static let made = Result {
    let identity = try Identity(seed: Secret(copying: sample(32)))
    return (identity, try IdentityFile.Closed(closing: identity, under: passphrase))
  }

  /// Made once: each takes most of a second.
  private let identity: Identity
  private let made: IdentityFile.Closed

  init() throws { (identity, made) = try Self.made.get() }

  private func read(_ text: [UInt8]) throws -> IdentityFile.Closed {
    try IdentityFile.Closed(reading: text.span)
  }

  /// Spans don't go into expectations.
  private func begins(_ text: [UInt8]) -> Bool { IdentityFile.Closed.begins(text.span) }

  /// The file with a member changed.
  private func changed(_ change: (inout JSONObject) -> Void) throws -> [UInt8] {
    var object = try CanonicalJSON.decode(made.text.dropLast(), limit: IdentityFile.limit)
    change(&object)
    return object.encoded() + [0x0a]
  }

  @Test func opensToItsPassphraseAlone() throws {
    let read = try read(made.text)
    #expect(read == made && read.id == identity.publicIdentity.id)
    #expect(try read.open(with: Self.passphrase).publicIdentity == identity.publicIdentity)
    for wrong in ["", "three kettles under snow ", "Three kettles under snow"] {
      #expect(throws: SealingError(.wrongKey, "")) { try read.open(with: Secret(copying: Array(wrong.utf8))) }
    }
  }

  @Test func nothingOfTheSeedIsInIt() throws {
    let text = String(decoding: made.text, as: UTF8.self)
    #expect(!text.contains(Hex.encode(sample(32))))
    let again = try IdentityFile.Closed(closing: identity, under: Self.passphrase)
    // Another salt for the passphrase and the stream each time.
    #expect(again.text != made.text)
  }

  @Test func beginsOtherwiseThanABareOne() throws {
    #expect(begins(made.text))
    #expect(begins([0xef, 0xbb, 0xbf] + made.text))
    let bare = try IdentityFile.secretText(of: identity).withSpan { span in span.indices.map { span[$0] }
    }
    #expect(!begins(bare))
    #expect(throws: Malformed.self) { try read(bare) }
    #expect(throws: Malformed.self) { try IdentityFile.identity(from: made.text) }
    #expect(!begins([]))
  }

  /// Both kinds are known for secrets by their size and beginning, so that none gets into an archive.
  @Test func isKnownForASecret() throws {
    let bare = try IdentityFile.secretText(of: identity).withSpan { span in span.indices.map { span[$0] }
    }
    for text in [bare, made.text] {
      for form in [text, text.dropLast() + [0x0d, 0x0a], Array(text.dropLast()), [0xef, 0xbb, 0xbf] + text] {
        #expect(IdentityFile.canBeSecret(size: UInt64(form.count)))
        #expect(IdentityFile.beginsSecret(Array(form.prefix(IdentityFile.beginning))))
      }
    }
    let five = try changed { object in
      var scrypt = (try? object.optionalObject("scrypt")) ?? [:]
      scrypt["n"] = .integer(1 << 15)
      object["scrypt"] = .object(scrypt)
    }
    #expect(five.count == made.text.count - 1)
    #expect(IdentityFile.canBeSecret(size: UInt64(five.count - 1)))
    #expect(!IdentityFile.canBeSecret(size: UInt64(five.count - 2)))
    #expect(!IdentityFile.canBeSecret(size: UInt64(made.text.count + 5)))
  }

  @Test func parametersOutOfBoundsAreRefusedBeforeMemoryIsTaken() throws {
    for (n, r, p) in [
      (1 << 40, 8, 1), (1 << 19, 8, 1), (1 << 14, 8, 1), (100_000, 8, 1), (1 << 17, 9, 1), (1 << 17, 8, 5),
    ] as [(UInt64, UInt64, UInt64)] {
      let text = try changed { object in
        object["scrypt"] = .object([
          "n": .integer(n), "p": .integer(p), "r": .integer(r), "salt": .hex(sample(32)),
        ])
      }
      #expect(throws: Malformed.self) { try read(text) }
    }
  }

  @Test func anyOtherTextIsRefused() throws {
    let changes: [(inout JSONObject) -> Void] = [
      { $0["version"] = .integer(2) }, { $0["format"] = .string("strongroom identity") },
      { $0["scrypt"] = nil },
      { $0["sealed"] = .hex(sample(103)) }, { $0["sealed"] = .hex(sample(105)) },
      { $0["identity"] = .string("me") },
      { $0["more"] = .integer(1) },
    ]
    for change in changes { #expect(throws: Malformed.self) { try read(changed(change)) } }
    for text in [[], [0x0a], Array("{}".utf8), made.text + made.text] {
      #expect(throws: Malformed.self) { try read(text) }
    }
  }

  /// A secret moved under another's name, or changed anywhere, opens to nobody.
  @Test func whatWasChangedDoesNotOpen() throws {
    let other = try read(changed { $0["identity"] = .hex(sample(16)) })
    #expect(throws: SealingError(.wrongKey, "")) { try other.open(with: Self.passphrase) }
    for place in [0, 30, 60, 90, 103] {
      let spoilt = try read(
        changed { object in
          var sealed = (try? object.hex("sealed")) ?? []
          sealed[place] ^= 1
          object["sealed"] = .hex(sealed)
        })
      #expect(throws: SealingError.self) { try spoilt.open(with: Self.passphrase) }
    }
  }
}

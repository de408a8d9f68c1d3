import Foundation
import Sealing
import Testing

@testable import Ledger

/// The worked example of Docs/Format.md, computed from its inputs: what the document says is what the program does.
@Suite("The worked example of Format.md")
struct WorkedExampleTests {
  let values: [String: [UInt8]]

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Docs/Format.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let example = try #require(text.range(of: "# 6. A worked example"))
    var values: [String: [UInt8]] = [:]
    for line in text[example.upperBound...].split(separator: "\n") {
      let parts = line.split(separator: " ", omittingEmptySubsequences: true)
      guard parts.count >= 2, let last = parts.last, last.count >= 16, let bytes = Hex.decode(String(last))
      else {
        continue
      }
      values[parts.dropLast().joined(separator: " ")] = bytes
    }
    self.values = values
  }

  private func value(_ name: String) throws -> [UInt8] { try #require(values[name], "\(name) isn't there") }

  private func id(_ byte: UInt8) throws -> Identifier {
    try #require(Identifier(bytes: [UInt8](repeating: byte, count: 16)))
  }

  private func bytes(_ secret: Secret) -> [UInt8] {
    secret.withSpan { span in span.indices.map { span[$0] } }
  }

  @Test("identity")
  func identity() throws {
    let identity = try Identity(seed: Secret(copying: (0..<32).map { UInt8($0) }))
    #expect(identity.publicIdentity.ed25519 == (try value("ed25519 public")))
    #expect(Digest.sha256(of: identity.publicIdentity.xWing).bytes == (try value("x-wing sha256")))
    #expect(identity.publicIdentity.id.bytes == (try value("identity id")))
  }

  @Test("keys")
  func keys() throws {
    let subject = Secret(copying: [UInt8](repeating: 0x11, count: 32))
    let epoch = Secret(copying: [UInt8](repeating: 0x22, count: 32))
    func derived(_ key: Secret, _ info: String, _ count: Int = 32) throws -> [UInt8] {
      bytes(try KeyDerivation.hkdf(key, info: Array(info.utf8), count: count))
    }
    let both = Secret.concatenating([subject, epoch])
    #expect(try derived(both, "strongroom/v1 bundle") == value("bundle key"))
    #expect(try derived(epoch, "strongroom/v1 index") == value("index key"))
    #expect(try derived(subject, "strongroom/v1 content") == value("content key"))
    #expect(try derived(subject, "strongroom/v1 check", 8) == value("key check"))
  }

  @Test("sealed stream")
  func stream() throws {
    let context = SealContext(
      .body, vault: try id(0xa0), bundle: try id(0xb0), section: try id(0xc0), subject: try id(0xd0),
      number: 3)
    #expect(context.bytes == (try value("body context")))
    let message = try value("body message")
    #expect(Array(message.prefix(24)) == (try value("body salt")))
    let plain = try SealedStream.open(
      message.span, key: Secret(copying: try value("bundle key")), context: context)
    #expect(plain == (try value("body plaintext")))
  }

  @Test("entry")
  func entry() throws {
    let entry = try Entry(line: try value("entry line"))
    #expect(entry.event == "clock")
    #expect(entry.by.bytes == (try value("identity id")))
    #expect(entry.leaf.bytes == (try value("entry leaf")))
  }
}

internal import Ledger
internal import Sealing

/// What evidence brings along beside the proof of its entry: the proof's extra data (Format 4.6).
struct EvidenceParts {
  let entry: Entry
  let founding: Entry
  /// Of `granted` entries, each with its entry's line as extra data.
  let links: [LogProof]

  init(entry: Entry, founding: Entry, links: [LogProof]) {
    (self.entry, self.founding, self.links) = (entry, founding, links)
  }

  private static let format = "strongroom evidence"

  /// Canonical JSON.
  var encoded: [UInt8] {
    let object: JSONObject = [
      "entry": .hex(entry.line), "format": .string(Self.format), "founding": .hex(founding.line),
      "links": .array(links.map { .hex($0.bytes) }), "version": .integer(1),
    ]
    return object.encoded()
  }

  init(decoding bytes: [UInt8]) throws(EvidenceError) {
    let (entry, founding, links): ([UInt8], [UInt8], [[UInt8]])
    do throws(Malformed) {
      let object = try CanonicalJSON.decode(bytes, limit: Evidence.sizeLimit)
      try object.only(["entry", "format", "founding", "links", "version"])
      try object.require(object.string("format") == Self.format, "format", "isn't that of evidence")
      try object.require(object.integer("version") == 1, "version", "isn't 1")
      (entry, founding) = (try object.hex("entry"), try object.hex("founding"))
      let texts = try object.array("links")
      try object.require(texts.count <= Evidence.linkLimit, "links", "has over \(Evidence.linkLimit)")
      links = try texts.map { text throws(Malformed) in
        guard case .string(let hex) = text, let bytes = Hex.decode(hex) else {
          throw object.refusal("links", "has an item that isn't hex")
        }
        return bytes
      }
    } catch {
      throw EvidenceError(.malformed, "its extra data: \(error)")
    }
    self.entry = try Evidence.telling { () throws(LedgerError) in try Entry(line: entry) }
    self.founding = try Evidence.telling { () throws(LedgerError) in try Entry(line: founding) }
    self.links = try Evidence.telling { () throws(LedgerError) in
      try links.map { link throws(LedgerError) in try LogProof(parsing: link) }
    }
  }
}

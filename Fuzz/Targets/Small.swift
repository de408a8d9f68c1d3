import Drill
import Round
import Sealing
import Vault

extension FuzzTarget {
  /// Texts of the user's own, and what is small.
  static let small = [
    FuzzTarget(name: "json", limit: 64 << 10) { bytes in
      let object = try CanonicalJSON.decode(bytes, limit: 64 << 10)
      try promise(object.encoded() == bytes, "what was read as canonical JSON is written otherwise")
    },
    FuzzTarget(name: "marker", limit: 8192) { bytes in
      try promise(try Marker(bytes: bytes).bytes == bytes, "a marker is written otherwise than it was read")
    },
    FuzzTarget(name: "identity", limit: 1024) { bytes in
      let identity = try IdentityFile.identity(from: bytes)
      let text = try IdentityFile.secretText(of: identity)
      try promise(
        text.equals(asWritten(bytes).span), "an identity file is written otherwise than it was read")
    },
    FuzzTarget(name: "closed-identity", limit: 1024) { bytes in
      let closed = try IdentityFile.Closed(reading: bytes.span)
      try promise(closed.text == asWritten(bytes), "a closed identity is written otherwise than it was read")
    },
    FuzzTarget(name: "shares", limit: 4096) { bytes in
      let shares = try ShareText.shares(in: Secret(copying: bytes))
      for share in shares {
        let again = try ShareText.shares(in: share.text)
        try promise(
          again.count == 1 && again[0].text == share.text, "a share is written otherwise than it was read")
      }
      let set = try ShareSet(shares)
      try promise(set.isEnough == (set.lacking == 0), "shares that are enough lack some")
    },
    FuzzTarget(name: "public-identity", limit: IdentityFile.limit + 1) { bytes in
      let read = try IdentityFile.Public(reading: bytes)
      // What scrypt may cost is bounded before anybody runs it.
      if let scrypt = read.scrypt {
        let work = scrypt.parameters.n * UInt64(scrypt.parameters.r) * 128
        try promise(work <= 256 << 20 && scrypt.parameters.p <= 4, "scrypt without bounds")
      }
      try promise(read.text == asWritten(bytes), "a public identity is written otherwise than it was read")
    },
    FuzzTarget(name: "plan", limit: Plan.limit + 1) { bytes in
      let plan = try Plan(yaml: String(decoding: bytes, as: UTF8.self))
      try promise(
        plan.title.utf8.count <= 200 && plan.faults.count <= 50 && plan.probes.count <= 50
          && (plan.level == .tabletop || !plan.loses.isEmpty || !plan.faults.isEmpty),
        "a plan that may not be")
    },
    FuzzTarget(name: "report", limit: 1 << 16) { bytes in
      let document = try DrillDocument(bytes)
      try promise(
        try DrillDocument(document.encoded()) == document, "a report is another one once it is written")
    },
    FuzzTarget(name: "register", limit: 1 << 14) { bytes in
      let register = try RiskRegister(yaml: String(decoding: bytes, as: UTF8.self), at: "risks.yml") { name in
        guard let text = PlanCatalog.text(name) else { throw YAMLFault("there is no plan '\(name)'") }
        return try Plan(yaml: text)
      }
      try promise(register.risks.allSatisfy { (1...25).contains($0.score) }, "a risk beyond the scale")
    },
    FuzzTarget(name: "layout", limit: 4096) { bytes in
      var pieces = Pieces(bytes)
      let text = String(decoding: pieces.piece(), as: UTF8.self)
      let layout = try SourceLayout(text, className: nil, subject: nil)
      let path = pieces.all()
      guard let read = layout.read(path) else { return }
      try promise(path.suffix(read.path.count) == read.path, "a layout makes up a path")
      let folders = path.split(separator: UInt8(ascii: "/"))
      try promise(
        read.kept.isEmpty
          || read.kept.last == UInt8(ascii: "/")
            && read.kept.split(separator: UInt8(ascii: "/")).allSatisfy { folders.contains($0) },
        "a layout keeps what isn't a folder")
    },
    FuzzTarget(name: "fork", limit: 256) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      guard let fork = Fork(text) else { return }
      try promise(Fork(fork.text) == fork, "a fork is another one once it is written")
    },
  ]
}

/// An identity file as editors may leave it, as the program writes it: without a byte order mark, ended by a line feed.
private func asWritten(_ bytes: [UInt8]) -> [UInt8] {
  var line = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
  if line.last == 0x0a {
    line = line.dropLast()
    if line.last == 0x0d { line = line.dropLast() }
  }
  return line + [0x0a]
}

internal import Sealing

/// Gives records of one customer and class their file names, `{class}/{subject}/{path}`: each its own, and none that leads
/// elsewhere.
///
/// Two sources may have brought the same path; one may have had a file where the other has a folder, or the same one
/// earlier. Then a file's name is lengthened by its source's. A name that no file system takes is cut (Format 5.1).
struct ExportNames {
  private var taken: Set<[UInt8]> = []
  /// Every path that is a folder because some record lies below it.
  private var folders: Set<[UInt8]> = []
  /// Records whose newest version is among them, where older ones are, too.
  private var newest: Set<Identifier> = []
  private let customers: [[UInt8]: [UInt8]]

  /// - Parameter customers: where records of a customer go, by how they spell it.
  init(_ records: [FoundRecord], in customers: [[UInt8]: [UInt8]]) {
    self.customers = customers
    if records.contains(where: { $0.version < $0.versions }) {
      newest = Set(records.filter { $0.version == $0.versions }.map(\.id))
    }
    for record in records {
      let path = plain(record)
      var end = path.endIndex
      while let slash = path[..<end].lastIndex(of: UInt8(ascii: "/")) {
        // Where a folder is known, those above it are.
        guard folders.insert(Array(path[..<slash])).inserted else { break }
        end = slash
      }
    }
  }

  /// A name that no other record has.
  mutating func take(for record: FoundRecord) -> [UInt8] {
    var plain = plain(record)
    let start = plain.lastIndex(of: 0x2f).map { $0 + 1 } ?? 0
    // An older version beside the newest one.
    if record.version < record.versions, newest.contains(record.id) {
      let suffix = Array("~v\(record.version)".utf8)
      plain = plain[..<start] + Self.cut(Array(plain[start...]), to: Self.limit - suffix.count) + suffix
    }
    var name = plain
    var attempt = 1
    while folders.contains(name) || !taken.insert(name).inserted {
      var suffix = Array("~".utf8) + Self.cut(Self.part(Array(record.source.utf8)), to: Self.sourceLimit)
      if attempt > 1 { suffix += Array("~\(attempt)".utf8) }
      name = plain[..<start] + Self.cut(Array(plain[start...]), to: Self.limit - suffix.count) + suffix
      attempt += 1
    }
    return name
  }

  /// Bytes that a name has at most, and those that a source's has behind another.
  static let limit = 255
  private static let sourceLimit = 127

  /// The first bytes of a name, to a character's end.
  static func cut(_ name: [UInt8], to limit: Int) -> [UInt8] {
    guard name.count > limit else { return name }
    // The bytes that continue a character are three at most; more of them are no UTF-8.
    let end = (max(0, limit - 3)...limit).last { name[$0] & 0xc0 != 0x80 }
    return Array(name[..<(end ?? limit)])
  }

  /// A name as a file system takes it: one that is cut ends with digits of what it was.
  static func one(_ name: [UInt8]) -> [UInt8] {
    guard name.count > limit else { return name }
    let digits = Array(Digest.sha256(of: name).hex.prefix(8).utf8)
    return cut(name, to: limit - 1 - digits.count) + Array("~".utf8) + digits
  }

  private func plain(_ record: FoundRecord) -> [UInt8] {
    // One that nobody asked a folder for gets one that is nobody else's.
    let folder = customers[record.subjectAsGiven] ?? Array("\(record.classID.hex)/\(record.subject.hex)".utf8)
    return folder + [0x2f] + Self.path(record.path)
  }

  private static func path(_ path: [UInt8]) -> [UInt8] {
    guard path.count > limit else { return path }
    return Array(
      path.split(separator: 0x2f, omittingEmptySubsequences: false).map { one(Array($0)) }.joined(
        separator: [0x2f]))
  }

  /// Bytes as a folder's name. A label may say anything of its customer: what can't be one name, or leads elsewhere, is
  /// written with `%` and digits.
  static func part(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.isEmpty { return Array("%".utf8) }
    let isDots = bytes == Array(".".utf8) || bytes == Array("..".utf8)
    var safe: [UInt8] = []
    for byte in bytes {
      if isDots || byte == 0x2f || byte == 0 {
        let digits = String(byte, radix: 16, uppercase: true)
        safe += Array("%\(digits.count < 2 ? "0" : "")\(digits)".utf8)
      } else {
        safe.append(byte)
      }
    }
    return safe
  }
}

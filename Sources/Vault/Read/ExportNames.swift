internal import Sealing

/// Gives records their file names, `{class}/{subject}/{path}`: each its own, and none that leads elsewhere.
///
/// Two sources may have brought the same path; one may have had a file where the other has a folder, or the same one
/// earlier. Then a name is lengthened by its source's: not that of the record which came first into the vault, so that
/// nobody takes another record's name by what comes before it in the alphabet. A name that no file system takes is cut
/// (Format 5.1).
struct ExportNames {
  private var files: Set<[UInt8]> = []
  private var folders: Set<[UInt8]> = []
  /// Records whose newest version is among them, where older ones are, too.
  private var newest: Set<Identifier> = []

  init(_ records: [FoundRecord]) {
    if records.contains(where: { $0.version < $0.versions }) {
      newest = Set(records.filter { $0.version == $0.versions }.map(\.id))
    }
  }

  /// Names that no other record has, in the order of the records.
  mutating func take(for records: [FoundRecord]) -> [[UInt8]] {
    var names = [[UInt8]](repeating: [], count: records.count)
    for index in records.indices.sorted(by: { Self.isFirst(records[$0], before: records[$1]) }) {
      names[index] = take(for: records[index])
    }
    return names
  }

  private static func isFirst(_ one: FoundRecord, before other: FoundRecord) -> Bool {
    if one.begun != other.begun { return one.begun < other.begun }
    if one.path != other.path { return one.path.lexicographicallyPrecedes(other.path) }
    let (source, others) = (Array(one.source.utf8), Array(other.source.utf8))
    return source != others ? source.lexicographicallyPrecedes(others) : one.version > other.version
  }

  private mutating func take(for record: FoundRecord) -> [UInt8] {
    var name = Self.whole(Array(record.className.utf8)) + [0x2f] + Self.customer(record)
    var parts = record.path.split(separator: 0x2f, omittingEmptySubsequences: false).map {
      Self.one(Array($0))
    }
    var last = parts.removeLast()
    for part in parts {
      name = free(part, in: name, record) { files, _, name in files.contains(name) }
      folders.insert(name)
    }
    // An older version beside the newest one.
    if record.version < record.versions, newest.contains(record.id) {
      let suffix = Array("~v\(record.version)".utf8)
      last = Self.cut(last, to: Self.limit - suffix.count) + suffix
    }
    name = free(last, in: name, record) { files, folders, name in
      files.contains(name) || folders.contains(name)
    }
    files.insert(name)
    return name
  }

  private func free(
    _ plain: [UInt8], in folder: [UInt8], _ record: FoundRecord,
    _ isTaken: (Set<[UInt8]>, Set<[UInt8]>, [UInt8]) -> Bool
  ) -> [UInt8] {
    var name = folder + [0x2f] + plain
    var attempt = 1
    while isTaken(files, folders, name) {
      var suffix = Array("~".utf8) + Self.cut(Self.part(Array(record.source.utf8)), to: Self.sourceLimit)
      if attempt > 1 { suffix += Array("~\(attempt)".utf8) }
      name = folder + [0x2f] + Self.cut(plain, to: Self.limit - suffix.count) + suffix
      attempt += 1
    }
    return name
  }

  /// Bytes that a name has at most, and those that a source's has behind another.
  private static let limit = 255
  private static let sourceLimit = 127

  /// The first bytes of a name, to a character's end.
  private static func cut(_ name: [UInt8], to limit: Int) -> [UInt8] {
    guard name.count > limit else { return name }
    // The bytes that continue a character are three at most; more of them are no UTF-8.
    let end = (max(0, limit - 3)...limit).last { name[$0] & 0xc0 != 0x80 }
    return Array(name[..<(end ?? limit)])
  }

  /// A name as a file system takes it: one that is cut ends with digits of what it was.
  private static func one(_ name: [UInt8]) -> [UInt8] {
    guard name.count > limit else { return name }
    let digits = Array(Digest.sha256(of: name).hex.prefix(8).utf8)
    return cut(name, to: limit - 1 - digits.count) + Array("~".utf8) + digits
  }

  /// A class's or customer's name as a folder's: no two of them have the same, so what is cut ends with a digest.
  static func whole(_ bytes: [UInt8]) -> [UInt8] {
    let name = part(bytes)
    guard name.count > limit else { return name }
    let digest = Array("%~\(Digest.sha256(of: name).hex)".utf8)
    return cut(name, to: limit - digest.count) + digest
  }

  private static func customer(_ record: FoundRecord) -> [UInt8] {
    record.attribution == .confirmed ? whole(record.subjectAsGiven) : record.customer
  }

  /// Bytes as a folder's name. A label may say anything of its customer: what can't be one name, or leads elsewhere, is
  /// written with `%` and digits, and `%` itself, so that no two labels give one name.
  static func part(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.isEmpty { return Array("%".utf8) }
    let isDots = bytes == Array(".".utf8) || bytes == Array("..".utf8)
    var safe: [UInt8] = []
    for byte in bytes {
      if isDots || byte == 0x2f || byte == 0 || byte == 0x25 {
        let digits = String(byte, radix: 16, uppercase: true)
        safe += Array("%\(digits.count < 2 ? "0" : "")\(digits)".utf8)
      } else {
        safe.append(byte)
      }
    }
    return safe
  }
}

/// Gives records their file names, `{class}/{subject}/{path}`: each its own, and none that leads elsewhere.
///
/// Two sources may have brought the same path; one may have had a file where the other has a folder, or the same one
/// earlier. Then a file's name is lengthened by its source's.
struct ExportNames {
  private var taken: Set<[UInt8]> = []
  /// Every path that is a folder because some record lies below it.
  private var folders: Set<[UInt8]> = []

  init(_ records: [FoundRecord]) {
    for record in records {
      let path = Self.plain(record)
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
    let plain = Self.plain(record)
    var name = plain
    var attempt = 1
    while folders.contains(name) || !taken.insert(name).inserted {
      name = plain + Array("~".utf8) + Self.part(Array(record.source.utf8))
      if attempt > 1 { name += Array("~\(attempt)".utf8) }
      attempt += 1
    }
    return name
  }

  private static func plain(_ record: FoundRecord) -> [UInt8] {
    part(Array(record.className.utf8)) + [0x2f] + part(record.subjectAsGiven) + [0x2f] + record.path
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

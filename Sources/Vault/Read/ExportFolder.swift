internal import Sealing
internal import Storage
internal import Synchronization

/// The folder that records are exported to: it must be empty, or hold what the same export left when it broke off. It is
/// made when the first record is to be written.
///
/// While an export is under way a note lies in it that says of what; who goes on compares it.
final class ExportFolder: Sendable {
  /// The note's name.
  static let note = ".strongroom-export"
  private static let noteLimit = 4096

  private let path: String
  private let purpose: [UInt8]
  private let target = Mutex<TargetFolder?>(nil)
  /// Whether an export of the same broke off here.
  let goesOn: Bool

  /// Looks at what is there already.
  /// - Parameter purpose: what is exported, and of which state: only the same is gone on with.
  init(_ path: String, for purpose: Digest) throws {
    self.path = path
    self.purpose = Array("records of a vault, and more to come: \(purpose.hex)\n".utf8)
    do { goesOn = try Self.check(TargetFolder(path, create: false), self.purpose) } catch let error
      as StorageError
    {
      guard error.code == .absent else { throw error }
      goesOn = false
    }
  }

  /// Whether records may lie in it.
  var isMade: Bool { target.withLock { $0 != nil } }

  /// The folder, made where it isn't there yet.
  func made() throws -> TargetFolder {
    try target.withLock { target in
      if let target { return target }
      let made = try TargetFolder(path, create: true)
      // Somebody may have put something there meanwhile.
      if try !Self.check(made, purpose) { try DurableFile.writeNew(purpose, to: "\(path)/\(Self.note)") }
      target = made
      return made
    }
  }

  /// All that was to be written is there.
  func finish() throws { _ = try DurableFile.remove("\(path)/\(Self.note)") }

  /// Whether the same export broke off here; where anything else lies in it, whatever its name, it is refused.
  private static func check(_ target: TargetFolder, _ purpose: [UInt8]) throws -> Bool {
    struct Found: Error {}
    if let begun = try DurableFile.read("\(target.path)/\(note)", limit: noteLimit) {
      guard begun == purpose else {
        throw VaultError(
          .exists, "an export of something else, or of an earlier state, broke off in \(target.path)",
          safe: "nothing was written", hint: "remove it, or export to a new folder")
      }
      return true
    }
    do {
      try SourceFolder(target.path).walk(
        visit: { _ in throw Found() }, skipped: { _, _ in throw Found() },
        emptyFolder: { path in if !path.isEmpty { throw Found() } })
    } catch is Found {
      throw VaultError(
        .exists, "\(target.path) is not empty", safe: "nothing was written", hint: "export to a new folder")
    }
    return false
  }
}

/// What an export that broke off left in its folder.
struct ExportedBefore {
  private let folder: SourceFolder
  private let target: TargetFolder
  private let reading: FileReading

  init(in target: TargetFolder) throws {
    folder = try SourceFolder(target.path)
    self.target = target
    reading = try FileReading()
  }

  /// Whether a record's file is there as it was sealed. One that was half written is removed; any other stays, and is told
  /// when it is in the way: somebody may have worked on it.
  func has(_ record: FoundRecord, at place: [UInt8]) throws -> Bool {
    guard let file = try? folder.open(place) else { return false }
    do {
      let difference = try reading.difference(file, from: record)
      // Permissions and times that the file system can't keep make nothing to be written anew.
      if difference == nil || difference == .restoredMode || difference == .restoredTime { return true }
    } catch is StorageError {
      return false
    }
    let status = file.status
    let isUndressed = status.mode == 0o600 && record.mode & 0o777 != 0o600
    if status.size < record.size, isUndressed || status.size == 0 { try target.remove(place) }
    return false
  }
}

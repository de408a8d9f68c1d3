internal import Glibc

/// What went wrong at the door to disk and network.
///
/// Two errors are equal when their codes are, so a caller decides by `code` alone; the rest is for people. An
/// error never holds anything of an object's content.
public struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a caller can decide by.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// There is nothing of that name.
    case absent
    /// Something of that name is there already; nothing was changed.
    case exists
    /// The user may not do that.
    case denied
    /// No space, or no quota, is left.
    case full
    /// The file system takes no writes.
    case readOnly
    /// It is larger than the limit that the caller gave.
    case tooLarge
    /// What is there can't be what was put.
    case corrupt
    /// The device or the system failed.
    case io
    /// No answer: it may have happened or not. Read back before trying again.
    case lost
    /// A file stands where a folder is needed.
    case notAFolder
    /// A folder, a device, a socket or a pipe stands where a file is needed.
    case notAFile
    /// A symbolic link stands in the way; links are never followed.
    case linked
    /// The name is not one that may be used here.
    case badName
    /// The file system or the store can't do it.
    case unsupported
    /// Too much is open at once.
    case busy
    /// A server isn't there, can't be trusted, or has no such bucket: nothing was done.
    case unreachable
  }

  /// What a caller can decide by.
  public let code: Code
  /// What was tried, as a verb: "read", "write".
  package let operation: String
  /// The object's name or the file's path.
  public let object: String
  /// The system's words, or ours where the system has none.
  public let reason: String
  /// In which store; nil where the object says it.
  package private(set) var store: String?
  private let ownHint: String?

  /// Makes an error; without a reason, and without a hint, the code speaks.
  public init(_ code: Code, _ operation: String, _ object: String, reason: String? = nil, hint: String? = nil)
  {
    self.code = code
    self.operation = operation
    self.object = object
    self.reason = reason ?? code.words
    ownHint = hint
  }

  /// Whether something lies there that isn't what was put, and stays so however often it is looked at.
  package var isOfWhatLiesThere: Bool {
    switch code {
    case .tooLarge, .corrupt, .notAFolder, .notAFile, .linked: true
    default: false
    }
  }

  /// Whether it may be this object's alone, and others are done all the same; a full disk and a network that is gone are
  /// everybody's.
  package var isOfOneObject: Bool {
    switch code {
    case .full, .readOnly, .lost, .busy, .unreachable: false
    default: true
    }
  }

  /// Whether what lies there can't be read now or ever, so that nothing is lost where right bytes take its place: a device
  /// that fails, or what is no object.
  package var isOfDamage: Bool { code == .io || isOfWhatLiesThere }

  /// What to do about it, where there is something.
  public var hint: String? { ownHint ?? code.hint }

  /// One line: what could not be done to which object, and why.
  public var description: String {
    let about = object.isEmpty ? "" : " \(object)"
    let place = store.map { " at \($0)" } ?? ""
    return "could not \(operation)\(about)\(place): \(reason)"
  }

  /// The same, said of a store.
  package func at(_ store: String) -> StorageError {
    var said = self
    said.store = said.store ?? store
    return said
  }

  /// Equal by code alone.
  public static func == (left: StorageError, right: StorageError) -> Bool { left.code == right.code }

  /// Hashes the code alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension StorageError.Code {
  fileprivate var words: String {
    switch self {
    case .absent: "there is no such object"
    case .exists: "it is there already"
    case .denied: "permission denied"
    case .full: "no space left"
    case .readOnly: "the file system is read-only"
    case .tooLarge: "it is larger than it may be"
    case .corrupt: "it is damaged"
    case .io: "the device failed"
    case .lost: "no answer came"
    case .notAFolder: "it is not a folder"
    case .notAFile: "it is not a regular file"
    case .linked: "a symbolic link stands in its place"
    case .badName: "the name is not allowed there"
    case .unsupported: "the file system can't do that"
    case .busy: "too many files are open"
    case .unreachable: "the server can't be reached"
    }
  }

  fileprivate var hint: String? {
    switch self {
    case .denied: "check who owns it and what its permissions are"
    case .full: "make space and run the command again; what is there is complete"
    case .readOnly: "mount it writable, or choose another place"
    case .io: "look into the system's log for the device; copy what is there before it fails further"
    case .lost: "run the command again; it finds out what was done"
    case .linked: "links inside a place are never followed; move it away if nobody of yours put it there"
    case .unsupported:
      "choose a place on a file system that can link files or rename them without overwriting, or mount this one by the kernel's own driver"
    case .busy: "raise the limit of open files (ulimit -n)"
    case .unreachable: "check the address, and whether the network reaches it"
    case .absent, .exists, .tooLarge, .corrupt, .notAFolder, .notAFile, .badName: nil
    }
  }
}

/// An errno, typed; it becomes a `StorageError` where the object's name is known.
struct SystemError: Error {
  let number: Int32

  static func last() -> SystemError { SystemError(number: errno) }

  /// The same, said of a name that was to be made: file systems that have no such name say so in many ways.
  func refusing(_ name: CPath) -> SystemError {
    let says = number == EINVAL || name.isUnusual && [EPERM, ENOENT, EIO].contains(number)
    return says ? SystemError(number: EILSEQ) : self
  }
}

extension StorageError {
  init(_ error: SystemError, _ operation: String, _ object: String) {
    let isTold = [ELOOP, EILSEQ].contains(error.number)
    let reason = isTold ? nil : unsafe String(cString: strerror(error.number)).lowercased()
    self.init(Code(errno: error.number), operation, object, reason: reason)
  }

  /// Runs system calls and says what they were for where they fail.
  static func telling<Value: ~Copyable>(
    _ operation: String, _ object: String, _ body: () throws(SystemError) -> Value
  ) throws(StorageError) -> Value {
    do { return try body() } catch { throw StorageError(error, operation, object) }
  }
}

extension StorageError.Code {
  fileprivate init(errno number: Int32) {
    self =
      switch number {
      case ENOENT: .absent
      case EEXIST, ENOTEMPTY: .exists
      case EACCES, EPERM: .denied
      case ENOSPC, EDQUOT: .full
      case EROFS: .readOnly
      case EFBIG, EOVERFLOW: .tooLarge
      case ENOTDIR: .notAFolder
      case EISDIR, ENXIO: .notAFile
      case ELOOP: .linked
      case ENAMETOOLONG, EILSEQ: .badName
      case EOPNOTSUPP, ENOSYS, EMLINK: .unsupported
      case EMFILE, ENFILE, ENOMEM: .busy
      default: .io
      }
  }
}

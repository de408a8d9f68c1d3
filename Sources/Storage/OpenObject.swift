internal import Glibc

/// An object's file, open for reading.
struct OpenObject: ~Copyable, Sendable {
  let size: UInt64
  private let file: Descriptor

  init(_ file: consuming Descriptor, size: UInt64) {
    self.file = file
    self.size = size
  }

  /// All of it; the caller has compared the size with its limit.
  func whole(_ object: String) throws(StorageError) -> [UInt8] {
    guard size < UInt64(Int.max) else { throw StorageError(.tooLarge, "read", object) }
    var bytes: [UInt8] = []
    // One byte more than it has, so that one which grows is noticed and not served cut off.
    let got = try read(object, at: 0, count: Int(size) + 1, into: &bytes)
    guard got == Int(size) else {
      throw StorageError(.corrupt, "read", object, reason: "its size changed while it was read")
    }
    return bytes
  }

  func expectSequentialReads() { file.expectSequentialReads() }

  func read(
    _ object: String, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) throws(StorageError) -> Int {
    do { return try file.read(into: &buffer, at: offset, count: count) } catch {
      throw StorageError(error, "read", object)
    }
  }
}

/// An object of a `FolderStore`, open for many reads.
final class FolderObject: StoredObject {
  private let file: OpenObject
  private let object: String

  init(_ file: consuming OpenObject, _ object: String) {
    self.file = file
    self.object = object
  }

  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws(StorageError) -> Int {
    try file.read(object, at: offset, count: count, into: &buffer)
  }

  func expectSequentialReads() { file.expectSequentialReads() }
}

extension PendingFile {
  /// The file system's own idea of now.
  consuming func modifiedSeconds(_ object: String) throws(StorageError) -> Int64 {
    do { return try status().modifiedSeconds } catch { throw StorageError(error, "examine", object) }
  }
}

internal import Glibc

/// What is left on the file system of a path.
package enum FreeSpace {
  /// Bytes that this user may still write there.
  package static func available(_ path: String) throws(StorageError) -> UInt64 {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else {
      throw StorageError(.last(), "measure the space at", path)
    }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? .max : bytes
  }
}

internal import CLinux
internal import Glibc

/// A folder whose files lie in memory, and so on no disk that somebody may look at later.
public enum MemoryFolder {
  private static let path = "/dev/shm"
  /// Beside the bytes of a file: its last page, and what the file system keeps of it.
  private static let overhead: UInt64 = 8192
  /// Left for all else that runs there.
  private static let spared: UInt64 = 1 << 30

  /// Where so much fits, with room to spare; nil where it doesn't, or there is no such folder.
  public static func fitting(_ bytes: UInt64, files: UInt64) -> String? {
    guard unsafe strongroom_is_memory(path) == 1, let free = try? FreeSpace.available(path),
      let available = memoryAvailable(),
      unsafe access(path, W_OK | X_OK) == 0, fits(bytes, files: files, free: free, available: available)
    else { return nil }
    return path
  }

  /// Whether so much fits into at most half of what is free there and of the memory that can be had.
  static func fits(_ bytes: UInt64, files: UInt64, free: UInt64, available: UInt64) -> Bool {
    let (beside, much) = files.multipliedReportingOverflow(by: overhead)
    let (needed, tooMuch) = bytes.addingReportingOverflow(beside)
    guard !much, !tooMuch, available > spared else { return false }
    return needed <= min(free, available - spared) / 2
  }

  /// Bytes that can be had without swapping, as Linux estimates it.
  private static func memoryAvailable() -> UInt64? {
    // Its size isn't said.
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    guard let path = try? CPath("/proc/meminfo"), let file = try? Descriptor.open(path, O_RDONLY),
      let count = try? file.fill(&bytes)
    else { return nil }
    let line = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("MemAvailable:") }
    let number = line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
    return number.map { $0.multipliedReportingOverflow(by: 1024) }.flatMap {
      $0.overflow ? nil : $0.partialValue
    }
  }
}

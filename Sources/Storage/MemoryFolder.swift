internal import CLinux
internal import Glibc

/// A folder whose files lie in memory, and so on no disk that somebody may look at later.
public enum MemoryFolder {
  private static let path = "/dev/shm"
  /// Beside the bytes of a file: its last page, and what the file system keeps of it.
  private static let overhead: UInt64 = 8192
  /// Left for all else that runs there.
  private static let spared: UInt64 = 1 << 30

  /// Where so much fits, with room to spare; nil where it doesn't, where there is no such folder, or where what lies in
  /// memory may be written to a disk for want of it.
  public static func fitting(_ bytes: UInt64, files: UInt64) -> String? {
    guard unsafe strongroom_is_memory(path) == 1, let free = try? FreeSpace.available(path),
      let available = memoryAvailable(), KernelText.read("/proc/swaps").map(hasSwap) == false,
      unsafe access(path, W_OK | X_OK) == 0, fits(bytes, files: files, free: free, available: available)
    else { return nil }
    return path
  }

  /// Whether anything is swapped to, by the text of `/proc/swaps`: a heading, and a line for each.
  static func hasSwap(_ text: String) -> Bool { text.split(separator: "\n").count > 1 }

  /// Whether so much fits into at most half of what is free there and of the memory that can be had.
  static func fits(_ bytes: UInt64, files: UInt64, free: UInt64, available: UInt64) -> Bool {
    let (beside, much) = files.multipliedReportingOverflow(by: overhead)
    let (needed, tooMuch) = bytes.addingReportingOverflow(beside)
    guard !much, !tooMuch, available > spared else { return false }
    return needed <= min(free, available - spared) / 2
  }

  /// Bytes that can be had without swapping, as Linux estimates it, and as the control groups of this process allow.
  private static func memoryAvailable() -> UInt64? {
    let line = KernelText.read("/proc/meminfo")?.split(separator: "\n").first {
      $0.hasPrefix("MemAvailable:")
    }
    guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) }),
      let groups = KernelText.read("/proc/self/cgroup")
    else { return nil }
    let (bytes, overflow) = kilobytes.multipliedReportingOverflow(by: 1024)
    let left = groupFiles(of: groups).compactMap { limit, usage in
      KernelText.number(limit).map { $0 - min($0, KernelText.number(usage) ?? 0) }
    }
    return overflow ? nil : min(bytes, left.min() ?? .max)
  }

  /// Where the groups of a process, and all above them, say how much memory they may use and do, by the text of
  /// `/proc/self/cgroup` (cgroups(7), both versions).
  static func groupFiles(of groups: String) -> [(limit: String, usage: String)] {
    groups.split(separator: "\n").flatMap { line -> [(limit: String, usage: String)] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[1].isEmpty || fields[1].split(separator: ",").contains("memory") else {
        return []
      }
      let parts = fields[2].split(separator: "/").filter { $0 != ".." }
      return (0...parts.count).map { count in
        let path = parts[..<count].map { "/\($0)" }.joined()
        let folder = fields[1].isEmpty ? "/sys/fs/cgroup\(path)" : "/sys/fs/cgroup/memory\(path)"
        return fields[1].isEmpty
          ? ("\(folder)/memory.max", "\(folder)/memory.current")
          : ("\(folder)/memory.limit_in_bytes", "\(folder)/memory.usage_in_bytes")
      }
    }
  }
}

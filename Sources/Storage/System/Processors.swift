internal import CLinux
internal import Glibc

/// How many processors this process may use: what its affinity allows, and no more than its control groups' quota pays
/// for (cgroups(7), `cpu.max` of version 2 and `cpu.cfs_quota_us` of version 1).
public enum Processors {
  /// At least 1; found once.
  package static let usable: Int = {
    let quotas = Quota.files(of: KernelText.read("/proc/self/cgroup") ?? "").compactMap { file in
      switch file {
      case .together(let path): KernelText.read(path).flatMap(Quota.processors(max:))
      case .apart(let quota, let period):
        KernelText.read(quota).flatMap { quota in
          KernelText.read(period).flatMap { Quota.processors(quota: quota, period: $0) }
        }
      }
    }
    return max(1, min(Int(strongroom_processors()), quotas.min() ?? .max))
  }()

  /// What control groups say, as text.
  enum Quota {
    /// Where a group states its quota.
    enum File: Hashable {
      /// Quota and period in one file.
      case together(String)
      /// Each in a file of its own.
      case apart(quota: String, period: String)
    }

    /// The files of the process's groups and of all above them, by the text of `/proc/self/cgroup`.
    static func files(of groups: String) -> [File] {
      var files: [File] = []
      for line in groups.split(separator: "\n") {
        let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { continue }
        let controllers = fields[1].split(separator: ",")
        guard fields[1].isEmpty || controllers.contains("cpu") else { continue }
        var parts = fields[2].split(separator: "/").filter { $0 != ".." }
        while true {
          let path = parts.map { "/\($0)" }.joined()
          if fields[1].isEmpty {
            files.append(.together("/sys/fs/cgroup\(path)/cpu.max"))
          } else {
            let folder = "/sys/fs/cgroup/cpu\(path)"
            files.append(.apart(quota: "\(folder)/cpu.cfs_quota_us", period: "\(folder)/cpu.cfs_period_us"))
          }
          guard parts.popLast() != nil else { break }
        }
      }
      return files
    }

    /// The processors that a `cpu.max` pays for; nil where it sets no limit.
    static func processors(max text: String) -> Int? {
      let fields = text.split(whereSeparator: \.isWhitespace)
      guard fields.count == 2 else { return nil }
      return processors(quota: String(fields[0]), period: String(fields[1]))
    }

    /// The same where quota and period are stated apart. A part of a processor counts as one.
    static func processors(quota: String, period: String) -> Int? {
      guard let quota = Int(quota.trimmed), let period = Int(period.trimmed), quota > 0, period > 0 else {
        return nil
      }
      return max(1, (quota - 1) / period + 1)
    }
  }
}

extension String {
  /// Without white space at its ends.
  fileprivate var trimmed: Substring {
    self[...].drop(while: \.isWhitespace).split(whereSeparator: \.isWhitespace).first ?? ""
  }
}

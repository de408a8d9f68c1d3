import CBuild
import Drill
import Sealing
import Storage

/// From what the program was built.
enum Build {
  /// The release.
  static let version = "0.1.0"

  /// The program, as reports name it: with the digest of the very file that runs.
  static var tool: DrillReport.Tool {
    let binary = try? DurableFile.read("/proc/self/exe", limit: 1 << 30).map { Digest.sha256(of: $0).hex }
    return DrillReport.Tool(version: version, commit: commit, binary: (binary ?? nil) ?? "")
  }

  /// The commit, followed by "+" where files were changed since; "unknown" outside of a repository.
  static let commit = unsafe String(cString: strongroom_commit())
}

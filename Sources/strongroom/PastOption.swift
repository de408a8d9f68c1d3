import ArgumentParser
import Foundation
import Storage
import Synchronization

/// As which moment buckets with versions are read.
struct PastOption: ParsableArguments {
  @Option(
    name: .long,
    help:
      "Read buckets as they were before this time, as 2026-11-20 or 2026-11-20T14:30:00Z (UTC): what was overwritten or erased since comes from their versions.",
    transform: PastOption.time)
  var before: Int64?

  /// Has buckets opened so from now on.
  func apply() {
    guard let before else { return }
    Buckets.past.withLock { $0 = before }
  }

  /// Refuses folders: they have no past, and would be read as they are.
  func requireBuckets(_ locations: [Location]) throws {
    guard before != nil, let folder = locations.first(where: { $0.path != nil }) else { return }
    throw ValidationError(
      "--before reads buckets with versions as they were, and \(Output.printable(folder.description)) is a folder"
    )
  }

  private static func time(_ text: String) throws -> Int64 {
    let full = text.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) == nil ? text : text + "T00:00:00Z"
    guard let date = try? Date.ISO8601FormatStyle().parse(full) else {
      throw ValidationError("'\(text)' is no time: say it as 2026-11-20, or 2026-11-20T14:30:00Z")
    }
    return Int64(date.timeIntervalSince1970)
  }
}

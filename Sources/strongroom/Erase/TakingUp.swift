internal import Rules
import Sealing
import Vault

/// Erases what is left of earlier erasures, for the commands that know what that is.
struct TakingUp {
  let reason: String
  let erasing: ErasingOptions
  let talk: OutputOptions

  func run(in opened: OpenPlace, _ find: () async throws -> UnfinishedErasures) async throws {
    let left = try await find()
    if !talk.json { tell(left) }
    var (entries, requests, files): ([UInt64], [UInt64], [String]) = ([], [], [])
    if !erasing.dryRun {
      if !left.due.isEmpty { try Asking.confirm("erase this", yes: erasing.yes, otherwise: "not erased") }
      for group in left.due {
        let act = Act.erase(group.subjects, classes: group.classes, reason: reason)
        switch try await opened.carryOut(act, reason: reason) {
        case .done(let outcome):
          // At once: what comes behind may fail.
          let done = outcome.erasure?.entries ?? []
          entries += done
          files += try await OrderFiles.write(done, to: erasing.out, in: opened)
        case .asked(let request):
          requests.append(request.number)
          if !talk.json { _ = Asking.told(request, act, talk) }
        }
      }
      if requests.isEmpty { _ = try await opened.endFinishedFindings() }
    }
    if talk.json {
      Output.json([
        "due": .integer(UInt64(left.due.reduce(0) { $0 + $1.subjects.count })),
        "entries": .array(entries.map { .integer($0) }), "orders": .array(files.map { .string($0) }),
        "requests": .array(requests.map { .integer($0) }), "withheld": .array(left.kept.map(\.told)),
      ])
    } else if !entries.isEmpty {
      Output.line("erased, by entry \(entries.map { "\($0)" }.joined(separator: ", "))")
      for file in files { Output.line("order: \(Output.printable(file))") }
    }
    if let request = requests.first { throw CommandExit.waits(request) }
  }

  private func tell(_ left: UnfinishedErasures) {
    for group in left.due {
      Output.line(
        "due: \(Output.count(group.subjects.count, "customer")) in \(Output.count(group.classes.count, "class"))"
      )
    }
    for one in left.takenBack {
      Output.line("erasure \(one.erasure) was taken back by entry \(one.by): its order is left alone")
    }
    for kept in left.kept { Output.line("  stays: \(kept.line)") }
    if left.due.isEmpty { Output.line("nothing is due") }
  }
}

import ArgumentParser
import Drill

/// In which languages a drill's page is written.
struct PageOptions: ParsableArguments {
  @Option(name: .long, help: "Write the page in this language alone: en or zh; by default in both.")
  var lang: [String] = []

  var languages: [String] { lang.isEmpty ? ReportWords.all.map(\.tag) : lang }

  func validate() throws {
    let known = ReportWords.all.map(\.tag)
    guard lang.allSatisfy(known.contains) else {
      throw ValidationError("--lang takes one of \(known.joined(separator: ", "))")
    }
  }
}

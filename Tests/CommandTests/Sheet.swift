import TestKit
import Testing

/// A sheet of recovery shares, as its holder has it before them.
struct Sheet {
  /// What they read out, in one line.
  let words: String
  /// As it is printed, in groups.
  let fingerprint: String

  /// - Parameter file: the text that is printed
  init(_ file: String, at desk: Desk) throws {
    let text = try desk.text(file)
    words = text.matches(of: /[0-9]+\. +([a-z]+)/).map { String($0.output.1) }.joined(separator: " ")
    let printed = try #require(text.firstMatch(of: /fingerprint .*?((?:[0-9a-f]{4} ){7}[0-9a-f]{4})/))
    fingerprint = String(printed.output.1)
  }

  /// The files of some of five sheets, as they follow a command.
  static func files(_ numbers: Int..., in folder: String = "sheets") -> String {
    numbers.map { "\(folder)/share-\($0)-of-5.txt" }.joined(separator: " ")
  }

  /// What is typed where the words of these are asked for, one after the other.
  static func typed(_ numbers: Int..., at desk: Desk) throws -> [(to: String, with: String)] {
    try numbers.map { number in
      (to: "not shown; empty to end): ", with: try Sheet(files(number), at: desk).words)
    }
  }
}

import Foundation
import Storage

/// Notes which commands a practice took, where its environment says so; a record of training lists them.
enum PracticeLog {
  static func note(_ arguments: [String]) {
    guard let folder = environment("STRONGROOM_PRACTICE"), !arguments.contains("--done"),
      !arguments.contains("--help")
    else { return }
    let line =
      "\(Output.moment(UInt64(Date().timeIntervalSince1970)))  strongroom \(arguments.joined(separator: " "))"
    // A practice that can't be noted is still one.
    guard let file = FileHandle(forWritingAtPath: folder + "/.steps") else {
      try? DurableFile.writeNew(Array((Output.harmless(line) + "\n").utf8), to: folder + "/.steps")
      return
    }
    _ = try? file.seekToEnd()
    try? file.write(contentsOf: Data((Output.harmless(line) + "\n").utf8))
    try? file.close()
  }
}

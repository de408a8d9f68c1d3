import CFuzzer
import FuzzTargets
import Foundation

/// Throws changed bytes at one door: `fuzz TARGET [libFuzzer's options] CORPUS`; see `Scripts/fuzz`.
@main struct Fuzz {
  nonisolated(unsafe) private static var target: FuzzTarget?

  static func main() async throws {
    var arguments = CommandLine.arguments
    guard arguments.count > 1, arguments[1] != "--list" else {
      return print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    }
    if arguments[1] == "--seeds", arguments.count == 3 {
      return try await Seeds.write(to: arguments[2])
    }
    guard let target = FuzzTarget.named(arguments.remove(at: 1)) else {
      FileHandle.standardError.write(Data("fuzz: no such target; --list shows them\n".utf8))
      exit(2)
    }
    Self.target = target
    arguments.insert("-max_len=\(target.limit)", at: 1)
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var count = Int32(arguments.count)
    let status = pointers.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      return LLVMFuzzerRunDriver(&count, &start) { data, size in
        Fuzz.take(Array(UnsafeBufferPointer(start: data, count: size)))
        return 0
      }
    }
    exit(status)
  }

  private static func take(_ bytes: [UInt8]) {
    do {
      try target?.run(bytes)
    } catch {
      FileHandle.standardError.write(Data("broken: \(error)\n".utf8))
      abort()
    }
  }
}

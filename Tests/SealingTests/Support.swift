import Foundation
import Sealing
import Testing

/// The root of the project.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// The folder of public test vectors beside the project; nil where it is missing.
let vectors: URL? = {
  let candidates = [root.appending(path: "../shared/vectors"), root.appending(path: "../../shared/vectors")]
  return candidates.map(\.standardizedFileURL).first { FileManager.default.fileExists(atPath: $0.path()) }
}()

/// What Python made from the text of the format, beside this file.
let ownVectors = root.appending(path: "Tests/SealingTests/Vectors")

/// Reads a file of vectors whose members are spelled with underscores.
func load<T: Decodable>(_ file: URL, as type: T.Type) throws -> T {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(type, from: Data(contentsOf: file))
}

/// The bytes of hexadecimal digits in a vector.
func unhex(_ digits: String) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = digits[...]
  while !rest.isEmpty {
    bytes.append(UInt8(rest.prefix(2), radix: 16)!)
    rest = rest.dropFirst(2)
  }
  return bytes
}

func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Bytes that differ from one another and from place to place, but not from run to run.
func pattern(_ count: Int, _ seed: UInt64 = 1) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
}

extension Secret {
  /// The bytes, which only a test may take out.
  var bytes: [UInt8] { withSpan { span in span.indices.map { span[$0] } } }

  /// A secret of bytes, from digits.
  convenience init(hex: String) { self.init(copying: unhex(hex)) }
}

/// The code with which something is refused; nil if it isn't, or by another error.
func refusal<T>(_ body: () throws -> T) -> SealingError.Code? {
  do {
    _ = try body()
    return nil
  } catch { return (error as? SealingError)?.code }
}

/// Whether something is refused as malformed.
func isMalformed<T>(_ body: () throws -> T) -> Bool {
  do {
    _ = try body()
    return false
  } catch { return error is Malformed }
}

/// Runs Python; nil where it isn't there, or fails.
func python(_ arguments: [String], input: Data = Data()) -> Data? {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3"] + arguments
  let (question, answer) = (Pipe(), Pipe())
  process.standardInput = question
  process.standardOutput = answer
  process.standardError = FileHandle.nullDevice
  do {
    try process.run()
    try question.fileHandleForWriting.write(contentsOf: input)
    try question.fileHandleForWriting.close()
    let output = try answer.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? output : nil
  } catch {
    return nil
  }
}

import Glibc
import Storage
import StorageFaults
import TestKit

@testable import Storage

/// What tests of single files say of a scratch folder.
extension Scratch {
  func text(_ name: String) -> String? { Files.read(at(name)).map { String(decoding: $0, as: UTF8.self) } }

  func bytes(_ name: String) throws -> [UInt8] {
    guard let bytes = Files.read(at(name)) else { throw Files.Failed("there is no \(name)") }
    return bytes
  }

  func plant(_ bytes: [UInt8], _ name: String, mode: mode_t = 0o644) {
    Files.write(bytes, to: Array(at(name)), mode: mode)
  }

  func plant(_ text: String, _ name: String) { plant(Array(text.utf8), name) }

  func folder(_ name: String) { precondition(mkdir(at(name), 0o755) == 0) }

  func link(_ name: String, to target: String) { precondition(symlink(target, at(name)) == 0) }

  func mode(_ name: String) -> mode_t { Files.mode(at(name)) }

  func exists(_ name: String) -> Bool { Files.exists(at(name)) }

  func names(_ folder: String) -> [String] { Files.names(at(folder)) }
}

func name(_ text: String) -> ObjectName {
  guard let name = ObjectName(text) else { preconditionFailure("not a name: \(text)") }
  return name
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The code of the error that `body` throws; nil where it throws none.
func code(_ body: () async throws -> Void) async -> StorageError.Code? {
  do { try await body() } catch { return (error as? StorageError)?.code }
  return nil
}

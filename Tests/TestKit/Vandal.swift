/// Damages a place as a disk would.
package struct Vandal {
  package let place: String

  package init(place: String) { self.place = place }

  /// Turns one bit over, by default of the byte in the middle.
  package func flip(_ name: String, at offset: Int? = nil) throws {
    var bytes = try read(name)
    bytes[offset ?? bytes.count / 2] ^= 0x01
    try put(bytes, name)
  }

  package func truncate(_ name: String) throws { try put(Array(read(name).dropLast(10)), name) }

  package func remove(_ name: String) throws {
    guard Files.exists(path(name)) else { throw Files.Failed("there is no \(name)") }
    Files.remove(Array(path(name)))
  }

  package func put(_ bytes: [UInt8], _ name: String) throws { Files.write(bytes, to: Array(path(name))) }

  /// The names of the files in a folder, sorted.
  package func names(_ folder: String) throws -> [String] {
    guard Files.exists(path(folder)) else { throw Files.Failed("there is no folder \(folder)") }
    return Files.tree(path(folder)).keys.map { folder + "/" + String(decoding: $0, as: UTF8.self) }.sorted()
  }

  private func path(_ name: String) -> String { place + "/" + name }

  private func read(_ name: String) throws -> [UInt8] {
    guard let bytes = Files.read(path(name)) else { throw Files.Failed("there is no \(name)") }
    return bytes
  }
}

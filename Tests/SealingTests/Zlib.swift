import Foundation

/// Inflates what Wycheproof keeps compressed, with the zlib that every system has; only these tests need it.
enum Zlib {
  private typealias Uncompress =
    @convention(c) (
      UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt>, UnsafePointer<UInt8>, UInt
    ) -> Int32

  static func inflate(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    guard let library = dlopen("libz.so.1", RTLD_NOW), let symbol = dlsym(library, "uncompress") else {
      return nil
    }
    let uncompress = unsafeBitCast(symbol, to: Uncompress.self)
    var count = UInt(limit)
    var out = [UInt8](repeating: 0, count: limit)
    guard uncompress(&out, &count, bytes, UInt(bytes.count)) == 0 else { return nil }
    return Array(out[..<Int(count)])
  }
}

/// Bytes that stand in JSON as hex of what zlib made of them.
struct DeflatedBytes: Decodable, Sendable {
  let bytes: [UInt8]

  init(from decoder: any Decoder) throws {
    guard let bytes = Zlib.inflate(try HexBytes(from: decoder).bytes, limit: 8 << 20) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "libz.so.1 is not there, or can't inflate it")
      )
    }
    self.bytes = bytes
  }
}

internal import Crypto
internal import FoundationEssentials

/// The digests of what is written or read bit by bit, as a body needs them.
struct BodyDigests {
  private var sha256 = SHA256()
  private var md5 = Insecure.MD5()

  mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe sha256.update(bufferPointer: bytes)
      unsafe md5.update(bufferPointer: bytes)
    }
  }

  func body(_ source: CallBody.Source, count: UInt64) -> CallBody {
    CallBody(
      source: source, count: count, digest: URIText.hex(sha256.finalize()),
      md5: Data(md5.finalize()).base64EncodedString())
  }
}

internal import COpenSSL
internal import Crypto
internal import Foundation

// How secrets pass to and from swift-crypto, which speaks Foundation's protocols, without copies that stay behind.
// It copies what it is lent into memory that it cleanses itself.

extension Secret {
  fileprivate func withRawBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withSpan { span in unsafe try span.withUnsafeBytes { bytes in unsafe try body(bytes) } }
  }

  /// Takes over what swift-crypto returned, and cleanses it there.
  convenience init(taking data: inout Data) {
    self.init(count: data.count) { out in
      unsafe data.withUnsafeMutableBytes { bytes in
        let typed = unsafe bytes.bindMemory(to: UInt8.self)
        out.append(copying: unsafe Span(_unsafeElements: UnsafeBufferPointer(typed)))
        unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
      }
    }
  }
}

extension Curve25519.Signing.PrivateKey {
  /// The key of a 32-byte seed (RFC 8032, 5.1.5).
  init(seed: Secret) throws {
    self = unsafe try seed.withRawBytes { unsafe try Self(rawRepresentation: $0) }
  }
}

extension XWingMLKEM768X25519.PrivateKey {
  /// The key of a 32-byte seed (draft-connolly-cfrg-xwing-kem, 5.2).
  init(seed: Secret) throws {
    self = unsafe try seed.withRawBytes { unsafe try Self(seedRepresentation: $0, publicKey: nil) }
  }

  /// Cleanses the key, which can't be used afterwards. swift-crypto keeps it in an object that it frees as it is; this
  /// must be the last reference to it. Where a later version keeps it elsewhere, nothing is done, which the search of
  /// a core image notices.
  func cleanse() {
    guard MemoryLayout<Self>.size == MemoryLayout<AnyObject>.size else { return }
    let object = unsafe unsafeBitCast(self, to: AnyObject.self)
    guard String(describing: type(of: object)) == "Backing" else { return }
    unsafe strongroom_cleanse_object(Unmanaged.passUnretained(object).toOpaque())
  }
}

extension HPKE.Sender {
  /// Ciphertext and tag of a secret, with an empty aad.
  mutating func seal(_ plain: Secret) throws -> Data {
    unsafe try plain.withRawBytes { unsafe try seal($0) }
  }
}

internal import COpenSSL

/// Algorithms of libcrypto, fetched once and kept for the life of the process: they are immutable and shared.
enum OpenSSL {
  @safe struct Fetched: @unchecked Sendable {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer?, _ name: String) {
      guard let pointer = unsafe pointer else {
        preconditionFailure("libcrypto has no \(name); Strongroom can't work without it")
      }
      unsafe self.pointer = pointer
    }
  }

  static let sha256 = unsafe Fetched(EVP_MD_fetch(nil, "SHA256", nil), "SHA-256")
  static let aes256GCM = unsafe Fetched(EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), "AES-256-GCM")
  static let hkdf = unsafe Fetched(EVP_KDF_fetch(nil, "HKDF", nil), "HKDF")
  static let scrypt = unsafe Fetched(EVP_KDF_fetch(nil, "SCRYPT", nil), "scrypt")
  static let hmac = unsafe Fetched(EVP_MAC_fetch(nil, "HMAC", nil), "HMAC")

  /// An error for a call that failed, with the library's own queue drained so that it can't be mistaken for a
  /// later one's.
  static func failure(_ what: String) -> SealingError {
    var reason = ""
    while true {
      let code = ERR_get_error()
      if code == 0 { break }
      if reason.isEmpty, let text = unsafe ERR_reason_error_string(code) {
        reason = unsafe String(cString: text)
      }
    }
    return SealingError(.unavailable, reason.isEmpty ? what : "\(what): \(reason)")
  }
}

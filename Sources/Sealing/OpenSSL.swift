internal import COpenSSL

/// Algorithms of libcrypto, fetched once and kept for the life of the process: they are immutable and shared.
enum OpenSSL {
  @safe struct Fetched: @unchecked Sendable {
    private let algorithm: OpaquePointer?
    private let name: String

    init(_ algorithm: OpaquePointer?, _ name: String) {
      unsafe self.algorithm = algorithm
      self.name = name
      if unsafe algorithm == nil { _ = OpenSSL.failure(name) }
    }

    /// The algorithm; a libcrypto that is set up without it (FIPS knows no scrypt) is an error of operation.
    func pointer() throws(SealingError) -> OpaquePointer {
      guard let algorithm = unsafe algorithm else {
        throw SealingError(.unavailable, "this machine's libcrypto has no \(name)")
      }
      return unsafe algorithm
    }

    /// The algorithm, where nothing at all works without it.
    var needed: OpaquePointer {
      guard let algorithm = unsafe algorithm else { preconditionFailure("libcrypto has no \(name)") }
      return unsafe algorithm
    }
  }

  static let sha256 = unsafe Fetched(EVP_MD_fetch(nil, "SHA256", nil), "SHA-256")
  static let aes256GCM = unsafe Fetched(EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), "AES-256-GCM")
  static let hkdf = unsafe Fetched(EVP_KDF_fetch(nil, "HKDF", nil), "HKDF")
  static let scrypt = unsafe Fetched(EVP_KDF_fetch(nil, "SCRYPT", nil), "scrypt")
  static let pbkdf2 = unsafe Fetched(EVP_KDF_fetch(nil, "PBKDF2", nil), "PBKDF2")
  static let hmac = unsafe Fetched(EVP_MAC_fetch(nil, "HMAC", nil), "HMAC")

  /// Whether edwards25519 has a point with this y: 32 bytes, the lowest first, below the prime.
  static func isEdwardsY(_ y: [UInt8]) throws(SealingError) -> Bool {
    precondition(y.count == 32, "a y has 32 bytes")
    let found = unsafe strongroom_is_edwards_y(y)
    guard found >= 0 else { throw failure("a public key can't be checked") }
    return found == 1
  }

  /// An error for a call that failed, with the library's own queue drained so that it can't be mistaken for a
  /// later one's. The library's reasons are fixed words and hold no data.
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

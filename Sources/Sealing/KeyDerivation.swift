internal import COpenSSL

/// Keys from keys and from passphrases. HKDF is RFC 5869 with SHA-512, HMAC RFC 2104, scrypt RFC 7914,
/// PBKDF2 RFC 8018 with HMAC-SHA-256.
package enum KeyDerivation {
  /// HKDF, extract and expand.
  package static func hkdf(
    _ ikm: Secret, salt: [UInt8] = [], info: [UInt8], count: Int = 32
  ) throws(SealingError) -> Secret {
    try derive(EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND, ikm, salt: salt, info: info, count: count)
  }

  /// HKDF-Expand alone: the key must be uniformly random already.
  package static func expand(_ prk: Secret, info: [UInt8], count: Int) throws(SealingError) -> Secret {
    try derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, prk, salt: [], info: info, count: count)
  }

  private static func derive(
    _ mode: Int32, _ key: Secret, salt: [UInt8], info: [UInt8], count: Int
  ) throws(SealingError) -> Secret {
    guard count > 0, count <= 255 * 64 else {
      throw SealingError(.refusedParameters, "HKDF gives 1 to 16,320 bytes, not \(count)")
    }
    let hkdf = unsafe try OpenSSL.hkdf.pointer()
    return try Secret(count: count) { out throws(SealingError) in
      let done = key.withSpan { key in
        unsafe key.withUnsafeBufferPointer { key in
          unsafe out.withUnsafeMutableBufferPointer { buffer, initialized in
            let done = unsafe strongroom_hkdf(
              hkdf, mode, key.baseAddress, key.count, salt, salt.count, info, info.count, buffer.baseAddress,
              count)
            if done == 1 { initialized = count }
            return done
          }
        }
      }
      guard done == 1 else { throw OpenSSL.failure("a key can't be derived") }
    }
  }

  /// HMAC-SHA-256 of a message.
  package static func hmac256(key: Secret, _ message: [UInt8]) throws(SealingError) -> Digest {
    try hmac256(key: key, message.span)
  }

  /// HMAC-SHA-256 of a message.
  package static func hmac256(key: Secret, _ message: Span<UInt8>) throws(SealingError) -> Digest {
    let hmac = unsafe try OpenSSL.hmac.pointer()
    let digest = key.withSpan { key in
      unsafe key.withUnsafeBufferPointer { key in
        unsafe message.withUnsafeBufferPointer { message in
          unsafe Digest { out in
            unsafe strongroom_hmac256(
              hmac, key.baseAddress, key.count, message.baseAddress, message.count, out)
          }
        }
      }
    }
    guard let digest else { throw OpenSSL.failure("a MAC can't be made") }
    return digest
  }

  /// 32 bytes from a passphrase. Takes 128 × n × r bytes of memory and most of a second, on purpose: call it
  /// before much else is allocated.
  package static func scrypt(
    passphrase: Secret, salt: [UInt8], parameters: ScryptParameters
  ) throws(SealingError) -> Secret {
    let scrypt = unsafe try OpenSSL.scrypt.pointer()
    // libcrypto refuses more than 32 MiB unless it is told so; the parameters bound what this can be.
    let memory = 128 * parameters.n * UInt64(parameters.r) + (1 << 20) * UInt64(parameters.p) + (1 << 20)
    return try Secret(count: 32) { out throws(SealingError) in
      let done = passphrase.withSpan { passphrase in
        unsafe passphrase.withUnsafeBufferPointer { passphrase in
          unsafe out.withUnsafeMutableBufferPointer { buffer, initialized in
            let done = unsafe strongroom_scrypt(
              scrypt, passphrase.baseAddress, passphrase.count, salt, salt.count, parameters.n, parameters.r,
              parameters.p, memory, buffer.baseAddress, 32)
            if done == 1 { initialized = 32 }
            return done
          }
        }
      }
      guard done == 1 else { throw OpenSSL.failure("the passphrase can't be stretched") }
    }
  }

  /// PBKDF2 with HMAC-SHA-256, as recovery shares take it. Its salt may be as secret as the password.
  package static func pbkdf2(
    password: Secret, salt: Secret, iterations: Int, count: Int
  ) throws(SealingError) -> Secret {
    guard (1...Int(Int32.max)).contains(iterations), count > 0 else {
      throw SealingError(.refusedParameters, "PBKDF2 with \(iterations) iterations is refused")
    }
    let pbkdf2 = unsafe try OpenSSL.pbkdf2.pointer()
    return try Secret(count: count) { (out) throws(SealingError) in
      let done = password.withSpan { password in
        salt.withSpan { salt in
          unsafe password.withUnsafeBufferPointer { password in
            unsafe salt.withUnsafeBufferPointer { salt in
              unsafe out.withUnsafeMutableBufferPointer { buffer, initialized in
                let done = unsafe strongroom_pbkdf2(
                  pbkdf2, password.baseAddress, password.count, salt.baseAddress, salt.count,
                  UInt64(iterations), buffer.baseAddress, count)
                if done == 1 { initialized = count }
                return done
              }
            }
          }
        }
      }
      guard done == 1 else { throw OpenSSL.failure("shares can't be computed") }
    }
  }
}

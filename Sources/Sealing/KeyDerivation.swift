internal import COpenSSL

/// Keys from keys and from passphrases. HKDF is RFC 5869 with SHA-512, HMAC RFC 2104, scrypt RFC 7914.
public enum KeyDerivation {
  /// HKDF, extract and expand.
  public static func hkdf(
    _ ikm: Secret, salt: [UInt8] = [], info: [UInt8], count: Int = 32
  ) throws(SealingError) -> Secret {
    try derive(EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND, ikm, salt: salt, info: info, count: count)
  }

  /// HKDF-Expand alone: the key must be uniformly random already.
  public static func expand(_ prk: Secret, info: [UInt8], count: Int) throws(SealingError) -> Secret {
    try derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, prk, salt: [], info: info, count: count)
  }

  private static func derive(
    _ mode: Int32, _ key: Secret, salt: [UInt8], info: [UInt8], count: Int
  ) throws(SealingError) -> Secret {
    guard count > 0, count <= 255 * 64 else {
      throw SealingError(.refusedParameters, "HKDF gives 1 to 16,320 bytes, not \(count)")
    }
    return try Secret(count: count) { out throws(SealingError) in
      let done = key.withSpan { key in
        unsafe key.withUnsafeBufferPointer { key in
          // libcrypto refuses a null key even of length 0.
          let empty: [UInt8] = [0]
          return unsafe empty.withUnsafeBufferPointer { empty in
            unsafe out.withUnsafeMutableBufferPointer { buffer, initialized in
              let done = unsafe strongroom_hkdf(
                OpenSSL.hkdf.pointer, mode, key.baseAddress ?? empty.baseAddress, key.count, salt, salt.count,
                info,
                info.count, buffer.baseAddress, count)
              if done == 1 { initialized = count }
              return done
            }
          }
        }
      }
      guard done == 1 else { throw OpenSSL.failure("a key can't be derived") }
    }
  }

  /// HMAC-SHA-256 of a message.
  public static func hmac256(key: Secret, _ message: [UInt8]) throws(SealingError) -> Digest {
    try hmac256(key: key, message.span)
  }

  /// HMAC-SHA-256 of a message.
  public static func hmac256(key: Secret, _ message: Span<UInt8>) throws(SealingError) -> Digest {
    var out = [UInt8](repeating: 0, count: 32)
    let done = key.withSpan { key in
      unsafe key.withUnsafeBufferPointer { key in
        unsafe message.withUnsafeBufferPointer { message in
          unsafe strongroom_hmac256(
            OpenSSL.hmac.pointer, key.baseAddress, key.count, message.baseAddress, message.count, &out)
        }
      }
    }
    guard done == 1, let digest = Digest(bytes: out) else { throw OpenSSL.failure("a MAC can't be made") }
    return digest
  }

  /// 32 bytes from a passphrase. Takes 128 × n × r bytes of memory and most of a second, on purpose.
  public static func scrypt(
    passphrase: Secret, salt: [UInt8], parameters: ScryptParameters
  ) throws(SealingError) -> Secret {
    let memory = 128 * parameters.n * UInt64(parameters.r) + (1 << 20) * UInt64(parameters.p) + (1 << 20)
    return try Secret(count: 32) { out throws(SealingError) in
      let done = passphrase.withSpan { passphrase in
        unsafe passphrase.withUnsafeBufferPointer { passphrase in
          unsafe out.withUnsafeMutableBufferPointer { buffer, initialized in
            let done = unsafe strongroom_scrypt(
              OpenSSL.scrypt.pointer, passphrase.baseAddress, passphrase.count, salt, salt.count,
              parameters.n,
              parameters.r, parameters.p, memory, buffer.baseAddress, 32)
            if done == 1 { initialized = 32 }
            return done
          }
        }
      }
      guard done == 1 else { throw OpenSSL.failure("the passphrase can't be stretched") }
    }
  }
}

/// How hard scrypt works. What comes from a file is bounded here before memory is taken.
public struct ScryptParameters: Hashable, Sendable {
  /// Cost: a power of two from 2^15 to 2^18.
  public let n: UInt64
  /// Block size: 8.
  public let r: UInt32
  /// Parallelism: 1 to 4.
  public let p: UInt32

  /// 2^17, 8, 1: 128 MiB and about 0.4 s.
  public static let standard = ScryptParameters(n: 1 << 17)

  private init(n: UInt64) {
    self.n = n
    r = 8
    p = 1
  }

  /// Parameters within the bounds of Format.md 1.3.
  public init(n: UInt64, r: UInt64, p: UInt64) throws(SealingError) {
    guard n >= 1 << 15, n <= 1 << 18, n & (n - 1) == 0, r == 8, (1...4).contains(p) else {
      throw SealingError(.refusedParameters, "scrypt parameters n \(n), r \(r), p \(p) are refused")
    }
    self.n = n
    self.r = 8
    self.p = UInt32(p)
  }
}

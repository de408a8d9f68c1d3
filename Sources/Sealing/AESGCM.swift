internal import COpenSSL

/// AES-256-GCM with one key and a nonce for each message (NIST SP 800-38D); no AAD. One task at a time.
@safe final class AESGCM {
  static let tagSize = 16
  static let nonceSize = 12
  private let context: OpaquePointer
  private let seals: Bool

  private enum Outcome { case done, refused, failed }

  /// - Parameter seals: whether it seals or opens.
  init(key: Secret, seals: Bool) throws(SealingError) {
    guard key.count == 32 else {
      throw SealingError(.malformedKey, "an AES-256 key has 32 bytes, not \(key.count)")
    }
    let cipher = unsafe try OpenSSL.aes256GCM.pointer()
    guard let context = unsafe EVP_CIPHER_CTX_new() else { throw OpenSSL.failure("a cipher can't be made") }
    unsafe self.context = context
    self.seals = seals
    let done = key.withSpan { key in
      unsafe key.withUnsafeBufferPointer { key in
        unsafe EVP_CipherInit_ex2(context, cipher, key.baseAddress, nil, seals ? 1 : 0, nil)
      }
    }
    guard done == 1 else { throw OpenSSL.failure("a cipher can't be keyed") }
  }

  deinit { unsafe EVP_CIPHER_CTX_free(context) }

  /// Appends ciphertext and tag to room that the caller has bounded.
  func seal(_ plain: Span<UInt8>, nonce: [UInt8], into out: inout OutputSpan<UInt8>) throws(SealingError) {
    precondition(seals && out.freeCapacity >= plain.count + Self.tagSize && nonce.count == Self.nonceSize)
    let done = unsafe plain.withUnsafeBufferPointer { input in
      unsafe out.withUnsafeMutableBufferPointer { buffer, initialized in
        guard let base = buffer.baseAddress else { return false }
        let start = unsafe base + initialized
        var written: Int32 = 0
        var last: Int32 = 0
        guard unsafe EVP_CipherInit_ex2(context, nil, nil, nonce, 1, nil) == 1,
          unsafe input.isEmpty
            || EVP_CipherUpdate(context, start, &written, input.baseAddress, Int32(input.count)) == 1,
          unsafe EVP_CipherFinal_ex(context, start + Int(written), &last) == 1,
          unsafe EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagSize), start + input.count) == 1
        else { return false }
        initialized += input.count + Self.tagSize
        return true
      }
    }
    guard done else { throw OpenSSL.failure("a chunk can't be sealed") }
  }

  /// Appends the plaintext of ciphertext and tag; nothing, and nothing left in the room, where it doesn't verify.
  /// - Throws: `SealingError` `.corrupted` where authentication fails, `.truncated` where there is no whole tag.
  func open(_ sealed: Span<UInt8>, nonce: [UInt8], into out: inout OutputSpan<UInt8>) throws(SealingError) {
    guard sealed.count >= Self.tagSize else {
      throw SealingError(.truncated, "a chunk is shorter than its tag")
    }
    let count = sealed.count - Self.tagSize
    precondition(!seals && out.freeCapacity >= count && nonce.count == Self.nonceSize)
    let outcome = unsafe sealed.withUnsafeBufferPointer { input in
      unsafe out.withUnsafeMutableBufferPointer { buffer, initialized in
        guard let source = input.baseAddress else { return Outcome.failed }
        // An empty plaintext may come with no room at all, and libcrypto wants an address.
        var nowhere: UInt8 = 0
        let outcome = unsafe withUnsafeMutablePointer(to: &nowhere) { nowhere in
          let start = if let base = buffer.baseAddress { unsafe base + initialized } else { unsafe nowhere }
          return unsafe open(source, count, nonce: nonce, to: start)
        }
        if outcome == .done { initialized += count }
        return outcome
      }
    }
    switch outcome {
    case .done: return
    case .failed: throw OpenSSL.failure("a chunk can't be opened")
    case .refused:
      _ = OpenSSL.failure("")
      throw SealingError(.corrupted, "authentication failed: these bytes are not what was sealed")
    }
  }

  private func open(
    _ source: UnsafePointer<UInt8>, _ count: Int, nonce: [UInt8], to start: UnsafeMutablePointer<UInt8>
  ) -> Outcome {
    var written: Int32 = 0
    var last: Int32 = 0
    let tag = unsafe UnsafeMutableRawPointer(mutating: source + count)
    guard unsafe EVP_CipherInit_ex2(context, nil, nil, nonce, 0, nil) == 1,
      unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagSize), tag) == 1,
      unsafe count == 0 || EVP_CipherUpdate(context, start, &written, source, Int32(count)) == 1
    else {
      unsafe OPENSSL_cleanse(start, count)
      return .failed
    }
    guard unsafe EVP_CipherFinal_ex(context, start + Int(written), &last) == 1 else {
      unsafe OPENSSL_cleanse(start, count)
      return .refused
    }
    return .done
  }
}

/// How SLIP-39 enciphers a secret before it is split: a Feistel cipher of four rounds over PBKDF2, by a passphrase that may be
/// empty. Any passphrase opens something; which one is right only the result tells.
enum ShareCipher {
  private static let rounds: [UInt8] = [0, 1, 2, 3]
  /// Iterations of each round, times 2^exponent.
  private static let iterations = 2500

  static func encipher(
    _ secret: Secret, passphrase: Secret, parameters: ShareParameters
  ) throws(SealingError) -> Secret {
    try run(rounds, secret, passphrase, parameters)
  }

  static func decipher(
    _ secret: Secret, passphrase: Secret, parameters: ShareParameters
  ) throws(SealingError) -> Secret {
    try run(rounds.reversed(), secret, passphrase, parameters)
  }

  private static func run(
    _ rounds: [UInt8], _ secret: Secret, _ passphrase: Secret, _ parameters: ShareParameters
  ) throws(SealingError) -> Secret {
    precondition(secret.count.isMultiple(of: 2), "a secret with an odd count of bytes has no halves")
    let half = secret.count / 2
    var (left, right) = (secret.slice(0..<half), secret.slice(half..<secret.count))
    let salt = Secret(copying: parameters.salt)
    for round in rounds {
      let mask = try KeyDerivation.pbkdf2(
        password: Secret.concatenating([Secret(copying: [round]), passphrase]),
        salt: Secret.concatenating([salt, right]), iterations: iterations << Int(parameters.exponent),
        count: half)
      (left, right) = (right, exclusiveOr(left, mask))
    }
    return Secret.concatenating([right, left])
  }

  private static func exclusiveOr(_ one: Secret, _ other: Secret) -> Secret {
    Secret(count: one.count) { out in
      one.withSpan { one in
        other.withSpan { other in
          for index in one.indices { out.append(one[index] ^ other[index]) }
        }
      }
    }
  }
}

extension ShareParameters {
  /// What PBKDF2's salt begins with: nothing where further shares may be made of the same secret under another identifier.
  fileprivate var salt: [UInt8] {
    isExtendable ? [] : Array("shamir".utf8) + BigEndian.bytes(identifier)
  }
}

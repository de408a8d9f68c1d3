extension RecoveryShare {
  /// A group of shares that is to be made.
  package struct Group: Hashable, Sendable {
    package let threshold: Int
    package let count: Int

    package init(threshold: Int, count: Int) {
      self.threshold = threshold
      self.count = count
    }
  }

  /// Shares of one group that an identity can be made of again (Format.md, 1.3): extendable, without a passphrase, and so
  /// without a cost, which would slow nobody down.
  public static func split(
    _ identity: Identity, threshold: Int, count: Int
  ) throws -> [RecoveryShare] {
    let groups = try split(
      identity.seed, passphrase: Secret(copying: []), groupThreshold: 1,
      groups: [Group(threshold: threshold, count: count)], isExtendable: true, exponent: 0)
    return groups.flatMap { $0 }
  }

  /// Shares of a secret, group by group: `groupThreshold` of the groups give it again, each by as many of its shares as it
  /// asks for.
  /// - Throws: `ShareError` `.malformed` for what SLIP-39 has no shares for.
  package static func split(
    _ secret: Secret, passphrase: Secret, groupThreshold: Int, groups: [Group], isExtendable: Bool,
    exponent: UInt8
  ) throws -> [[RecoveryShare]] {
    let limit = ThresholdScheme.maximumCount
    guard (1...limit).contains(groups.count), (1...groups.count).contains(groupThreshold), exponent < 16,
      secret.count.isMultiple(of: 2), (16...64).contains(secret.count),
      groups.allSatisfy({ (1...limit).contains($0.count) && (1...$0.count).contains($0.threshold) })
    else {
      throw ShareError(
        .malformed, "there are no such shares: at most 16, of which no more are needed than there are")
    }
    guard groups.allSatisfy({ $0.threshold > 1 || $0.count == 1 }) else {
      throw ShareError(.malformed, "where one share is enough there is only one: several would be copies")
    }
    let random = try Randomness.bytes(2)
    let parameters = ShareParameters(
      identifier: (UInt16(random[0]) << 8 | UInt16(random[1])) & 0x7fff, isExtendable: isExtendable,
      exponent: exponent, groupThreshold: groupThreshold, groupCount: groups.count)
    let enciphered = try ShareCipher.encipher(secret, passphrase: passphrase, parameters: parameters)
    let parts = try ThresholdScheme.split(enciphered, threshold: groupThreshold, count: groups.count)
    return try zip(groups, parts).map { group, part in
      try ThresholdScheme.split(part.value, threshold: group.threshold, count: group.count).map { point in
        RecoveryShare(
          parameters: parameters, group: Int(part.place), member: Int(point.place),
          threshold: group.threshold,
          value: point.value)
      }
    }
  }
}

/// Shares that are at hand together: of one set, each once, enough of them or not.
public struct ShareSet: Sendable {
  /// In the order in which they were given, never empty.
  public let shares: [RecoveryShare]

  /// Shares that can be put together.
  /// - Throws: `ShareError` `.none`, `.tooMany`, `.mixed` or `.doubled`; it counts them from 1.
  public init(_ shares: [RecoveryShare]) throws(ShareError) {
    guard let first = shares.first else { throw ShareError(.none, "no share was given") }
    guard shares.count <= Self.limit else {
      throw ShareError(.tooMany, "\(shares.count) shares were given, and no set has more than \(Self.limit)")
    }
    var thresholds: [Int: Int] = [:]
    for (index, share) in shares.enumerated() {
      guard share.parameters == first.parameters, share.value.count == first.value.count,
        thresholds.updateValue(share.threshold, forKey: share.group) ?? share.threshold == share.threshold
      else {
        throw ShareError(
          .mixed,
          "share \(index + 1) is of another set than share 1: '\(share.setName)', not '\(first.setName)'")
      }
      guard
        let same = shares[..<index].firstIndex(where: { $0.group == share.group && $0.member == share.member }
        )
      else { continue }
      guard shares[same].value == share.value else {
        throw ShareError(
          .mixed, "shares \(same + 1) and \(index + 1) bear the same number, and are of different sets")
      }
      throw ShareError(.doubled, "shares \(same + 1) and \(index + 1) are the same share")
    }
    self.shares = shares
  }

  /// As many as SLIP-39 has at most: 16 groups of 16.
  public static let limit = ThresholdScheme.maximumCount * ThresholdScheme.maximumCount

  /// The words with which every share of this set begins.
  public var name: String { shares.first?.setName ?? "" }

  /// How many groups are needed; shares that Strongroom makes have one.
  public var groupThreshold: Int { shares.first?.parameters.groupThreshold ?? 1 }

  /// How many shares are needed of the one group there is.
  public var threshold: Int { shares.first?.threshold ?? 1 }

  /// Whether they give their secret.
  public var isEnough: Bool { complete.count >= groupThreshold }

  /// How many more are needed, at least: of the groups that are at hand, or else of others, of which nobody knows how many
  /// each needs.
  public var lacking: Int {
    let open = groups.values.map { ($0.first?.threshold ?? 1) - $0.count }.filter { $0 > 0 }.sorted()
    let missing = max(0, groupThreshold - complete.count)
    return open.prefix(missing).reduce(0, +) + max(0, missing - open.count)
  }

  /// The secret that they give.
  /// - Throws: `ShareError` `.tooFew` or `.inconsistent`, or what keeps it from being computed.
  package func secret(passphrase: Secret = Secret(copying: [])) throws -> Secret {
    guard isEnough, let parameters = shares.first?.parameters else { throw ShareError(.tooFew, shortfall) }
    let points = try complete.sorted { $0.key < $1.key }.map { group, members in
      let points = members.map { SharePoint(place: UInt8($0.member), value: $0.value) }
      return SharePoint(
        place: UInt8(group),
        value: try Self.consistent(
          ThresholdScheme.recover(points, threshold: members.first?.threshold ?? 1)))
    }
    let enciphered = try Self.consistent(
      ThresholdScheme.recover(points, threshold: parameters.groupThreshold))
    return try ShareCipher.decipher(enciphered, passphrase: passphrase, parameters: parameters)
  }

  /// The identity that they give.
  /// - Throws: what `secret` throws, and `ShareError` `.noIdentity` for a secret of another length, or one that takes long
  ///   to decipher.
  public func identity() throws -> Identity {
    // Of a passphrase that is empty nothing is stretched; whoever writes a high cost only means to keep a reader busy.
    guard let first = shares.first, first.value.count == Identity.seedSize, first.parameters.exponent <= 8
    else {
      throw ShareError(.noIdentity, "these shares are of something else than an identity")
    }
    return try Identity(seed: try secret())
  }

  /// What is missing, in words.
  public var shortfall: String {
    let more = "\(lacking) more \(lacking == 1 ? "is" : "are") needed"
    return groupThreshold == 1 && groups.count == 1
      ? "\(shares.count) of \(threshold) shares \(shares.count == 1 ? "is" : "are") here: \(more)"
      : "shares of \(groupThreshold) groups are needed, and \(complete.count) are complete: at least \(more)"
  }

  private var groups: [Int: [RecoveryShare]] { Dictionary(grouping: shares, by: \.group) }

  private var complete: [Int: [RecoveryShare]] {
    groups.filter { $0.value.count >= $0.value.first?.threshold ?? 1 }
  }

  private static func consistent(_ secret: Secret?) throws(ShareError) -> Secret {
    guard let secret else {
      throw ShareError(
        .inconsistent,
        "these shares don't belong together, though they begin alike: one of them is of another set")
    }
    return secret
  }
}

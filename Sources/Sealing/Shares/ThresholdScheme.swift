/// Shamir's scheme as SLIP-39 has it: the secret is what the polynomials are at 255, and at 254 stands a MAC of it, by
/// which points that don't belong together are found out.
enum ThresholdScheme {
  /// Points of one secret, at most.
  static let maximumCount = 16
  private static let secretPlace: UInt8 = 255
  private static let macPlace: UInt8 = 254
  private static let macSize = 4

  /// Points at 0, 1, ..., any `threshold` of which give the secret again, and fewer tell nothing of it.
  static func split(_ secret: Secret, threshold: Int, count: Int) throws(SealingError) -> [SharePoint] {
    precondition((1...count).contains(threshold) && count <= maximumCount, "a threshold that can't be met")
    // With a threshold of 1 the polynomials are constant.
    guard threshold > 1 else { return (0..<count).map { SharePoint(place: UInt8($0), value: secret) } }
    var base: [SharePoint] = []
    for place in 0..<(threshold - 2) {
      base.append(SharePoint(place: UInt8(place), value: try Secret.random(count: secret.count)))
    }
    let random = try Secret.random(count: secret.count - macSize)
    let mac = try mac(of: secret, key: random)
    let given = base
    base.append(SharePoint(place: macPlace, value: Secret.concatenating([mac, random])))
    base.append(SharePoint(place: secretPlace, value: secret))
    return given
      + (given.count..<count).map { place in
        SharePoint(place: UInt8(place), value: FieldOf256.interpolate(base, at: UInt8(place)))
      }
  }

  /// The secret that so many points give, where there are at least that many; nil where they don't belong together,
  /// those beyond the threshold included.
  static func recover(_ points: [SharePoint], threshold: Int) throws(SealingError) -> Secret? {
    precondition(threshold >= 1 && points.count >= threshold, "too few points")
    let used = Array(points.prefix(threshold))
    // What is there beyond need must lie on the same polynomials, or it is of another secret.
    guard
      points.dropFirst(threshold).allSatisfy({ FieldOf256.interpolate(used, at: $0.place) == $0.value })
    else { return nil }
    guard threshold > 1 else { return used.first?.value }
    let secret = FieldOf256.interpolate(used, at: secretPlace)
    let held = FieldOf256.interpolate(used, at: macPlace)
    let mac = try mac(of: secret, key: held.slice(macSize..<held.count))
    return held.slice(0..<macSize) == mac ? secret : nil
  }

  private static func mac(of secret: Secret, key: Secret) throws(SealingError) -> Secret {
    let whole = try secret.withSpan { (secret) throws(SealingError) in
      try KeyDerivation.hmac256(key: key, secret)
    }
    return Secret(copying: Array(whole.bytes.prefix(macSize)))
  }
}

/// Arithmetic in GF(2^8) by x^8 + x^4 + x^3 + x + 1, as SLIP-39 takes it: without a table and without a branch, so that
/// neither the time that it takes nor the memory that it touches tells of the values.
enum FieldOf256 {
  /// The product of two elements.
  static func multiply(_ one: UInt8, _ other: UInt8) -> UInt8 {
    var factor = one
    var product: UInt8 = 0
    for bit in 0..<8 {
      product ^= factor & (0 &- ((other >> UInt8(bit)) & 1))
      factor = (factor << 1) ^ (0x1b & (0 &- (factor >> 7)))
    }
    return product
  }

  /// The inverse of an element, its 254th power; that of 0 is 0.
  static func inverse(_ element: UInt8) -> UInt8 {
    var square = element
    var product: UInt8 = 1
    // 254 is 2 + 4 + ... + 128.
    for _ in 0..<7 {
      square = multiply(square, square)
      product = multiply(product, square)
    }
    return product
  }

  /// What the polynomials of least degree through these points are at another place: one polynomial for each byte.
  ///
  /// The places are known to whoever sees the shares; only the values are secret.
  static func interpolate(_ points: [SharePoint], at place: UInt8) -> Secret {
    let count = points.first?.value.count ?? 0
    precondition(
      count > 0 && points.allSatisfy { $0.value.count == count }
        && Set(points.map(\.place)).count == points.count,
      "points through which nothing can be laid")
    let weights = points.map { point in
      points.filter { $0.place != point.place }.reduce(UInt8(1)) { product, other in
        multiply(product, multiply(place ^ other.place, inverse(point.place ^ other.place)))
      }
    }
    return Secret(count: count) { out in
      for byte in 0..<count {
        var sum: UInt8 = 0
        for index in points.indices {
          sum ^= points[index].value.withSpan { multiply(weights[index], $0[byte]) }
        }
        out.append(sum)
      }
    }
  }
}

/// What a secret's polynomials are at one place.
struct SharePoint: Sendable {
  let place: UInt8
  let value: Secret
}

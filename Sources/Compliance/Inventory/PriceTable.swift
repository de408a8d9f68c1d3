package import Drill

/// What keeping a GiB for a month costs, from a small YAML table:
///
///     currency: EUR
///     per-gib-month: 0.02
public struct PriceTable: Hashable, Sendable {
  /// As the table names it.
  public let currency: String
  /// Millionths of it, for a GiB and a month.
  let millionths: UInt64

  /// So many bytes a table may have.
  public static let limit = 4096

  /// Reads a table.
  /// - Parameter name: what it is called where something is wrong.
  package init(yaml: String, of name: String) throws(YAMLFault) {
    let reader = try YAMLReader(yaml, of: name, limit: Self.limit)
    try reader.only(["currency", "per-gib-month"])
    currency = try reader.text("currency", limit: 16)
    guard !currency.isEmpty else { throw YAMLFault("\(name): 'currency' is empty") }
    guard let millionths = Self.millionths(try reader.text("per-gib-month", limit: 20)) else {
      throw YAMLFault(
        "\(name): 'per-gib-month' is a number as 0.02, below 1000000, of at most six decimals")
    }
    self.millionths = millionths
  }

  private static func millionths(_ text: String) -> UInt64? {
    guard let found = text.wholeMatch(of: /([0-9]{1,6})(?:\.([0-9]{1,6}))?/), let whole = UInt64(found.1)
    else {
      return nil
    }
    let decimals = found.2.map(String.init) ?? ""
    let padded = decimals + String(repeating: "0", count: 6 - decimals.count)
    return UInt64(padded).map { whole * 1_000_000 + $0 }
  }

  /// What so many bytes cost a month at one place, with six decimals; rounded down.
  public func price(of bytes: UInt64) -> String {
    let product = bytes.multipliedFullWidth(by: millionths)
    let cost = product.high >= 1 << 30 ? UInt64.max : product.high << 34 | product.low >> 30
    let decimals = String(cost % 1_000_000)
    return "\(cost / 1_000_000)." + String(repeating: "0", count: 6 - decimals.count) + decimals
  }
}

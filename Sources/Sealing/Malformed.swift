/// Bytes that break a rule of the format.
public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
  /// Which rule they break.
  public let what: String
  /// Where.
  public let `where`: String

  /// A violation of the format.
  public init(what: String, where place: String) {
    self.what = what
    self.where = place
  }

  /// Where and what.
  public var description: String { "\(self.where): \(what)" }
}

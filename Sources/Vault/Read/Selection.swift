public import Rules
internal import Sealing

/// Which records are meant; what isn't said leaves all.
public struct Selection: Hashable, Sendable {
  /// A class by name.
  public let className: String?
  /// A customer, as the source gave it.
  public let subject: String?
  /// Text in path, title or customer, upper and lower case alike.
  public let text: String?
  /// Of this day or a later one.
  public let since: CivilDay?
  /// Of this day or an earlier one.
  public let until: CivilDay?
  /// Sealed at this time or later, in seconds since 1970.
  public let sealedSince: UInt64?
  /// The first digits of a record's id.
  public let record: String?
  /// Which versions of each.
  public let versions: Versions

  /// Versions of a record, numbered from 1 for the first that was sealed.
  public enum Versions: Hashable, Sendable {
    /// The newest one.
    case newest
    /// All of them.
    case all
    /// The one with this number, of records that have so many.
    case number(Int)
  }

  /// A selection; nothing selects all.
  public init(
    className: String? = nil, subject: String? = nil, text: String? = nil,
    since: CivilDay? = nil, until: CivilDay? = nil, sealedSince: UInt64? = nil, record: String? = nil,
    versions: Versions = .newest
  ) {
    self.className = className
    self.subject = subject
    self.text = text
    self.since = since
    self.until = until
    self.sealedSince = sealedSince
    self.record = record
    self.versions = versions
  }

  /// Whether it is a record's own day alone that keeps it out, since nobody knows it.
  func missesDay(of record: FoundRecord) -> Bool {
    record.date == nil && (since != nil || until != nil) && takesWhateverDay(record)
  }

  func takes(_ record: FoundRecord) -> Bool { takesDay(of: record) && takesWhateverDay(record) }

  private func takesDay(of record: FoundRecord) -> Bool {
    guard since != nil || until != nil else { return true }
    guard let date = record.date else { return false }
    return since.map { $0 <= date } ?? true && until.map { date <= $0 } ?? true
  }

  private func takesWhateverDay(_ record: FoundRecord) -> Bool {
    if case .number(let number) = versions, record.version != number { return false }
    if let sealedSince, record.sealedAt < sealedSince { return false }
    if let prefix = self.record, !record.id.hex.hasPrefix(prefix) { return false }
    guard let text else { return true }
    let wanted = text.lowercased()
    return [
      String(decoding: record.path, as: UTF8.self), String(decoding: record.customer, as: UTF8.self),
      record.title,
    ]
    .contains { $0.lowercased().contains(wanted) }
  }
}

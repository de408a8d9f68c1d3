public import Sealing

/// Members of `attested`: a document that somebody vouches for.
public struct Attestation: Hashable, Sendable {
  /// What kind of document it is.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// That records came in.
    case accession
    /// What an auditor found.
    case compliance
    /// The certificate of an erasure.
    case erasure
    /// That a recipient got what was given to them.
    case receipt
    /// That records were given to somebody.
    case transfer

    /// Who may vouch for it.
    var roles: Set<Role> {
      switch self {
      case .accession: [.archivist, .custodian]
      case .compliance: [.auditor, .custodian]
      case .erasure, .receipt, .transfer: [.custodian]
      }
    }
  }

  /// The entry that it is about.
  public let about: UInt64
  /// The kind.
  public let kind: Kind
  /// SHA-256 of the document.
  public let report: Digest

  /// A document about an entry.
  public init(about: UInt64, kind: Kind, report: Digest) {
    self.about = about
    self.kind = kind
    self.report = report
  }
}

extension Attestation: EventContent {
  static let name = EventName.attested
  static let memberNames: [String] = ["about", "kind", "report"]
  static let roles: Set<Role> = [.archivist, .auditor, .custodian]

  init(_ object: JSONObject) throws(Malformed) {
    about = try object.integer("about")
    kind = try object.choice("kind", of: Kind.self)
    report = try object.digest("report")
  }

  var members: JSONObject {
    ["about": .integer(about), "kind": .string(kind.rawValue), "report": report.value]
  }

  var everyRole: Set<Role> { kind.roles }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .reference else { return nil }
    guard about < place.number else { return "entry \(about) isn't before it" }
    guard kind == .erasure else { return nil }
    guard let erasure = state.erasures[about] else { return "entry \(about) is no erasure that counts" }
    return erasure.ended.map { "erasure \(about) was ended by entry \($0)" }
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    if kind == .erasure { state.erasures[about]?.certificate = entry.holding(self) }
  }

  var summary: String { "\(kind.rawValue), about entry \(about)" }
}

extension Attestation: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    about = try rows.number()
    kind = try rows.choice()
    report = try rows.digest()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(about)
    rows.choice(kind)
    rows.digest(report)
  }
}

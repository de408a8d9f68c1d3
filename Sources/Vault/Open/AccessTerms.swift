internal import Ledger
internal import Rules
public import Sealing

/// What an `accessed` entry says to those who open the journal (Format.md, 4.4).
public struct AccessTerms: Hashable, Sendable {
  /// How records were opened.
  public enum How: String, Hashable, Sendable {
    case read, export, transfer
  }

  /// Ids of classes; none means all.
  public let classes: [Identifier]
  /// Ids of customers; none means all.
  public let subjects: [Identifier]
  /// How.
  public let how: How
  /// What for, as whoever did it says.
  public let purpose: String

  /// Terms; the ids are put in order, and where they wouldn't fit into an entry they mean all.
  public init(
    classes: some Sequence<Identifier>, subjects: some Sequence<Identifier>, how: How, purpose: String
  ) {
    func bounded(_ ids: some Sequence<Identifier>, _ most: Int) -> [Identifier] {
      let named = Set(ids).sorted()
      return named.count <= most ? named : []
    }
    self.classes = bounded(classes, Self.mostClasses)
    self.subjects = bounded(subjects, Self.mostSubjects)
    self.how = how
    self.purpose = purpose
  }

  /// More customers an entry doesn't name.
  public static let mostSubjects = 200
  private static let mostClasses = 100
  /// So many bytes a purpose may have.
  public static let purposeLimit = 1000

  /// Whether it may be about records of one of these customers, in one of these classes.
  func concerns(_ subjects: Set<Identifier>, in classes: Set<Identifier>) -> Bool {
    (self.subjects.isEmpty || self.subjects.contains(where: subjects.contains))
      && (self.classes.isEmpty || self.classes.contains(where: classes.contains))
  }

  package init(_ object: JSONObject) throws {
    try object.only(["classes", "how", "purpose", "subjects"])
    classes = try object.identifiers("classes")
    subjects = try object.identifiers("subjects")
    how = try object.choice("how", of: How.self)
    guard let purpose = String(validating: try object.hex("purpose"), as: UTF8.self) else {
      throw Malformed(what: "isn't UTF-8", where: "purpose")
    }
    self.purpose = purpose
  }

  var object: JSONObject {
    [
      "classes": .array(classes.map { .string($0.hex) }), "how": .string(how.rawValue),
      "purpose": .hex(Array(purpose.utf8)), "subjects": .array(subjects.map { .string($0.hex) }),
    ]
  }
}

extension OpenPlace {
  /// Whether what this identity reads here is to be entered, as the policy wants.
  public var entersAccess: Bool { state.policy.entersAccess && isHome }

  /// Enters that records were opened.
  /// - Returns: the entry.
  @discardableResult
  public func enterAccess(_ terms: AccessTerms, records: UInt64) async throws -> UInt64 {
    let identity = try writer()
    let draft = OpenLedger.Draft(.accessed(AccessedRecords(records: records)), sealed: terms.object)
    // It was opened to read; whoever writes looks at more.
    let opened = try await OpenPlace.open(place.location, in: machine, expecting: state.vault, toWrite: true)
    try await opened.checkCounts(draft, by: identity)
    return try await opened.commit(as: identity) { _ in [draft] }.lowerBound
  }
}

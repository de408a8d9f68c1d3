public import Sealing

/// Which record something is said about. A record's id alone is what somebody chose who may seal.
public struct RecordReference: Hashable, Sendable {
  /// The class.
  package let classID: Identifier
  /// The customer's id.
  public let subject: Identifier
  /// The record's id, the same for all versions.
  public let id: Identifier

  /// A record of a customer in a class.
  public init(classID: Identifier, subject: Identifier, id: Identifier) {
    self.classID = classID
    self.subject = subject
    self.id = id
  }
}

/// Something in a place that isn't as it should be; named, so that it can be looked for.
///
/// The values say all of it; the words in `Reason` are for people alone.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
  /// The kinds of trouble.
  public enum Kind: String, Hashable, Sendable {
    /// An object isn't there.
    case missing
    /// An object isn't what was sealed.
    case damaged
    /// An object could not be looked at, so nobody knows how it is.
    case unread
    /// A key that should open something isn't there.
    case lost
    /// A bundle that nobody may have added, and that is ignored.
    case ignored
    /// An object that nothing names.
    case stray
    /// A copy that broke off.
    case unfinished
    /// A record that can't be written where it is wanted.
    case unwritten
    /// An object that opens to somebody whom nobody lets.
    case exposed
    /// Records that name another customer than the directory does.
    case mislabelled
    /// An id under which there is, or to which the directory leads, more than one customer.
    case shared
  }

  /// What of an object is concerned.
  public enum Part: Hashable, Sendable {
    /// All of it, or nobody knows what.
    case whole
    /// One bundle of a box.
    case bundle(Identifier)
    /// One record.
    case record(RecordReference)
    /// All that a customer has.
    case customer(Identifier)
  }

  /// Which kind.
  public let kind: Kind
  /// The object's name, or what stands for it.
  public let object: String
  /// What of it.
  public let part: Part
  /// What is wrong with it.
  package let reason: Reason
  /// What to do about it.
  public let hint: Hint?
  /// Whether what can't be read may have held newer versions than those that are given.
  package internal(set) var mayHideNewer = false

  /// A finding.
  package init(_ kind: Kind, _ object: String, part: Part = .whole, _ reason: Reason, hint: Hint? = nil) {
    self.kind = kind
    self.object = object
    self.part = part
    self.reason = reason
    self.hint = hint
  }

  /// A finding about a record as such, wherever it lies.
  package init(_ kind: Kind, _ record: RecordReference, _ reason: Reason) {
    self.init(kind, Self.text(record), part: .record(record), reason)
  }

  /// A finding about a customer's id.
  package init(_ kind: Kind, customer: Identifier, _ reason: Reason) {
    self.init(kind, "customer \(customer.hex)", part: .customer(customer), reason)
  }

  /// What is wrong with it, for people.
  public var what: String { reason.description }

  /// The record that it is about, if it is one.
  public var record: RecordReference? {
    guard case .record(let record) = part else { return nil }
    return record
  }

  /// For people.
  public var description: String {
    let within: String? =
      switch part {
      case .whole, .customer: nil
      case .bundle(let id): "bundle \(id.hex)"
      case .record(let record): Self.text(record)
      }
    let about = within == object ? nil : within
    return ([object, about, what] as [String?]).compactMap(\.self).joined(separator: ": ")
      + (mayHideNewer ? "; of what it held, older versions may stand in its place" : "")
  }

  /// As canonical JSON holds it: words are hex, as all free text there.
  public var json: JSONValue {
    .object([
      "kind": .string(kind.rawValue),
      "object": .string(Hex.encode(Array(object.utf8))), "record": .string(record?.id.hex ?? ""),
      "what": .string(Hex.encode(Array(what.utf8))),
    ])
  }

  private static func text(_ record: RecordReference) -> String { "record \(record.id.hex)" }
}

/// Findings in the order in which they came, each once: a lost box concerns many customers.
package struct Findings: Sendable {
  /// All of them.
  package private(set) var all: [Finding] = []
  private var seen: Set<Finding> = []
  private var told: Set<Told> = []

  private struct Told: Hashable {
    let kind: Finding.Kind
    let object: String
    /// Nil for anything at all of the object.
    let part: Finding.Part?
  }

  /// These, each once.
  package init(_ findings: [Finding] = []) { add(findings) }

  /// Adds those that aren't there yet.
  package mutating func add(_ findings: [Finding]) {
    for finding in findings where seen.insert(finding).inserted {
      all.append(finding)
      for part in [nil, finding.part] {
        told.insert(Told(kind: finding.kind, object: finding.object, part: part))
      }
    }
  }

  /// What several looks at the same place found, one after the other.
  package init(looks: [Finding]...) { for look in looks { add(another: look) } }

  /// Adds what another look at the same place found, in its own words: only what is said of nothing yet.
  package mutating func add(another look: [Finding]) {
    add(
      look.filter { finding in
        let part = finding.part == .whole ? nil : finding.part
        return !told.contains(Told(kind: finding.kind, object: finding.object, part: part))
      })
  }
}

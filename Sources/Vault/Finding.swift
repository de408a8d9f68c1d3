package import Storage

/// Something in a place that isn't as it should be; named, so that it can be looked for.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
  /// The kinds of trouble.
  public enum Kind: String, Hashable, Sendable {
    /// An object isn't there.
    case missing
    /// An object isn't what was sealed.
    case damaged
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
  }

  /// Which kind.
  public let kind: Kind
  /// The object's name, or what stands for it.
  public let object: String
  /// What is wrong with it.
  public let what: String

  /// A finding.
  public init(_ kind: Kind, _ object: String, _ what: String) {
    self.kind = kind
    self.object = object
    self.what = what
  }

  /// For people.
  public var description: String { "\(object): \(what)" }

  /// What is added where newer versions may be among what can't be read: nothing tells of which records.
  package static let mayBeOlder = "; of what it held, older versions may stand in its place"

  /// The same, said to who gets records in their newest versions.
  var hidingVersions: Finding {
    object.hasPrefix("\(Layout.boxes)/") && kind != .ignored
      ? Finding(kind, object, what + Self.mayBeOlder) : self
  }
}

extension Finding {
  /// A box that isn't where it should be.
  package static func missing(box name: ObjectName) -> Finding {
    Finding(.missing, name.text, "the box is missing")
  }

  /// A box that the store can't give.
  package init(box name: ObjectName, _ error: StorageError) {
    self = error.code == .absent ? .missing(box: name) : Finding(.damaged, name.text, "\(error)")
  }
}

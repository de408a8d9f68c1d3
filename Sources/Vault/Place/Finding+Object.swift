package import Rules
package import Storage

extension Finding {
  /// A box that isn't where it should be.
  package static func missing(box name: ObjectName) -> Finding {
    Finding(.missing, name.text, .boxMissing())
  }

  /// A box that a destination lacks, as its snapshot says.
  package init(notCopied box: KnownBox) {
    self.init(.missing, Layout.box(box.box.hash).text, .notCopied)
  }

  /// A box that the store can't give.
  package init(box name: ObjectName, _ error: StorageError) {
    self = error.code == .absent ? .missing(box: name) : Finding(Kind(error), name.text, .storage(error))
  }

  /// The same, said to who gets records in their newest versions.
  var hidingVersions: Finding {
    let isOfBox = ObjectName(object)?.isUnder(Layout.boxes) == true
    guard isOfBox || isOfLedger, kind != .ignored else { return self }
    var hiding = self
    hiding.mayHideNewer = true
    return hiding
  }

  /// Whether somebody's records may not be had for that reason.
  public var concernsRecords: Bool {
    guard [.missing, .damaged, .unread, .lost, .unwritten, .mislabelled, .shared].contains(kind) else {
      return false
    }
    if case .customer = part { return true }
    return record != nil || ObjectName(object)?.isUnder(Layout.boxes) == true
  }

  /// Whether it is about a box.
  public var isOfBox: Bool { ObjectName(object)?.isUnder(Layout.boxes) == true }

  /// Whether it is about a box that is there and not what was sealed, and doesn't say which records of it are hit.
  public var isOfDamagedBox: Bool {
    kind == .damaged && part == .whole && ObjectName(object)?.isUnder(Layout.boxes) == true
  }

  /// Whether how many records a box has isn't known for that reason.
  package var hidesABox: Bool {
    part == .whole && kind != .ignored && ObjectName(object)?.isUnder(Layout.boxes) == true
  }

  /// Whether it is about a copy of what is kept twice.
  package var isOfCopies: Bool {
    guard let name = ObjectName(object) else { return false }
    return MirroredStore.second(of: name.within("second") ?? name) != nil
  }

  /// Whether it is about a copy of a commit.
  package var isOfLedger: Bool {
    guard let name = ObjectName(object) else { return false }
    return Layout.commitNumber(of: name.within("second") ?? name) != nil
  }
}

extension Finding.Kind {
  /// What an object is for a store's error: one that we may not read may be as it was.
  package init(_ error: StorageError) {
    switch error.code {
    case .absent: self = .missing
    case .denied, .busy, .lost: self = .unread
    default: self = .damaged
    }
  }
}

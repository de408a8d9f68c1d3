/// One of two copies, as it was found.
private enum Copy {
  case absent
  case intact([UInt8])
  case damaged([UInt8])
  /// Larger than anything that is kept twice.
  case oversized
  case unreadable(StorageError)

  var bytes: [UInt8]? {
    switch self {
    case .intact(let bytes), .damaged(let bytes): bytes
    case .absent, .oversized, .unreadable: nil
    }
  }
}

extension MirroredStore {
  /// Serves a read. The second copy's bytes are looked at only where the first isn't intact or the sizes
  /// differ.
  func serve(_ name: ObjectName, _ second: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]? {
    let first = await look(name)
    if case .intact(let bytes) = first {
      try Self.check(bytes, limit, name)
      // Those who must not write don't pay for looking, and over a network nobody does.
      guard mends, !store.isRemote else { return bytes }
      let size = try? await store.size(second)
      if size != UInt64(bytes.count) { try await reconcile(name, second, strictly: false) }
      return bytes
    }
    let other = await look(second)
    if case .intact(let bytes) = other {
      try Self.check(bytes, limit, second)
      // Whoever writes puts the first copy before the second: it may have come since it was looked for.
      let again = if case .absent = first { await look(name) } else { first }
      try await reconcile(name, second, again, other, strictly: false)
      return bytes
    }
    switch (first, other) {
    case (.absent, .absent): return nil
    case (.unreadable(let error), _): throw error
    case (.absent, .unreadable(let error)): throw error
    case (.oversized, _), (.absent, .oversized): throw StorageError(.tooLarge, "read", name.text)
    default:
      report(name, first, .left)
      report(second, other, .left)
      guard let bytes = first.bytes ?? other.bytes else { return nil }
      try Self.check(bytes, limit, name)
      return bytes
    }
  }

  func isThere(_ name: ObjectName, _ second: ObjectName) async throws(StorageError) -> Bool {
    if try await store.size(name) != nil { return true }
    return try await store.size(second) != nil
  }

  /// Something was there before a put: what is missing of it is completed before anybody relies on it.
  func settleForPut(_ name: ObjectName, _ second: ObjectName) async throws(StorageError) -> PutOutcome {
    try await reconcile(name, second, strictly: true)
    return .exists
  }

  /// Looks at both copies of everything that is kept twice, byte by byte, and mends what can be.
  /// - Parameter isRight: of which objects the caller knows, by more than `verify` can tell, that the first copy is right.
  package func mendAll(where isRight: (ObjectName) -> Bool) async throws(StorageError) {
    for folder in Self.folders {
      let first = try await store.list(folder).map(\.name)
      let second = try await store.list("second/\(folder)").compactMap { $0.name.within("second") }
      for name in Set(first + second).sorted(by: { $0.text < $1.text }) {
        guard let copy = Self.second(of: name) else { continue }
        let (one, other) = (await look(name), await look(copy))
        // It was erased since it was listed.
        if case (.absent, .absent) = (one, other) { continue }
        if case (.intact(let good), .intact(let bad)) = (one, other), good != bad, isRight(name) {
          try await mend(copy, .damaged(bad), from: name, good, false)
          continue
        }
        try await reconcile(name, copy, one, other, strictly: false)
      }
    }
  }

  /// Looks at both copies and mends what can be. `strictly`: a failure to mend is thrown, not only reported.
  func reconcile(_ name: ObjectName, _ second: ObjectName, strictly: Bool) async throws(StorageError) {
    let first = await look(name)
    let other = await look(second)
    try await reconcile(name, second, first, other, strictly: strictly)
  }

  private func reconcile(
    _ name: ObjectName, _ second: ObjectName, _ first: Copy, _ other: Copy, strictly: Bool
  ) async throws(StorageError) {
    switch (first, other) {
    case (.intact(let one), .intact(let two)):
      guard one != two else {
        // Whoever put these may have been cut off before their names were durable.
        if strictly {
          _ = try await store.put(one, at: name)
          _ = try await store.put(one, at: second)
        }
        return
      }
      onMend(Repair(copy: second, fault: .differs, result: .left))
    case (.intact(let good), _):
      try await mend(second, other, from: name, good, strictly)
    case (_, .intact(let good)):
      try await mend(name, first, from: second, good, strictly)
    default:
      report(name, first, .left)
      report(second, other, .left)
      if strictly, case .unreadable(let error) = first { throw error }
    }
  }

  /// Mends the first copy from the second's bytes, where a caller found out, by more than `verify` can tell, that
  /// what stands in the first, `found`, isn't what was put. A failure to mend is only reported.
  package func mendFirst(_ name: ObjectName, _ found: [UInt8], from good: [UInt8]) async throws(StorageError)
  {
    guard let second = Self.second(of: name) else { return }
    try await mend(name, .damaged(found), from: second, good, false)
  }

  private func look(_ copy: ObjectName) async -> Copy {
    do {
      guard let bytes = try await store.get(copy, limit: Self.limit) else { return .absent }
      let name = copy.within("second") ?? copy
      return verify(name, bytes) ? .intact(bytes) : .damaged(bytes)
    } catch {
      return error.code == .tooLarge ? .oversized : .unreadable(error)
    }
  }

  private func mend(
    _ copy: ObjectName, _ found: Copy, from source: ObjectName, _ good: [UInt8], _ strictly: Bool
  ) async throws(StorageError) {
    guard mends else { return report(copy, found, .left) }
    do throws(StorageError) {
      var aside: ObjectName?
      switch found {
      case .unreadable(let error): throw error
      // Too large to be kept aside without harm, so it stays for whoever runs the store.
      case .oversized: throw StorageError(.tooLarge, "mend", copy.text)
      case .damaged(let bytes): aside = try await replace(copy, bytes, with: good)
      case .absent, .intact:
        let outcome = try await store.put(good, at: copy)
        // Whoever was just writing both got there first: nothing was out of order.
        if case .absent = found, outcome == .exists { return }
      }
      try await undoIfErased(copy, source)
      report(copy, found, .mended(aside: aside))
    } catch {
      report(copy, found, .failed(error))
      if strictly { throw error }
    }
  }

  /// An erased keyring file must not come back by a reader that mends it from bytes it read before.
  private func undoIfErased(_ copy: ObjectName, _ source: ObjectName) async throws(StorageError) {
    guard copy.isUnder("keyring") || copy.isUnder("second/keyring") else { return }
    if try await store.size(source) == nil { _ = try await store.erase(copy) }
  }

  /// Moves what lies under a name, in both copies, under `aside/`, whatever it is; returns how many objects that were.
  package func putAside(_ name: ObjectName) async throws(StorageError) -> Int {
    var count = 0
    for copy in [name, Self.second(of: name)].compactMap(\.self) {
      guard let bytes = try await store.get(copy, limit: Self.limit) else { continue }
      _ = try await keepAside(bytes, of: copy)
      guard try await store.erase(copy) else { throw StorageError(.denied, "put aside", copy.text) }
      count += 1
    }
    return count
  }

  /// Makes one copy hold these bytes, which its caller knows to be right; what is there otherwise is put aside, unless it
  /// can't be read.
  /// - Returns: whether anything was written.
  package func rewrite(_ copy: ObjectName, with good: [UInt8]) async throws(StorageError) -> Bool {
    switch await look(copy) {
    case .absent: return try await store.put(good, at: copy) == .created
    case .intact(let bytes), .damaged(let bytes):
      guard bytes != good else { return false }
      _ = try await replace(copy, bytes, with: good)
    case .oversized: _ = try await replace(copy, nil, with: good)
    case .unreadable(let error):
      // It may be whole: somebody else may read it, or we another time.
      guard error.isOfDamage else { throw error }
      _ = try await replace(copy, nil, with: good)
    }
    return true
  }

  /// Puts right bytes where wrong ones lie. Where the store keeps versions they go on top, since what lies there may be
  /// locked, by whomever; else what was there is put aside.
  /// - Returns: where it was put aside.
  private func replace(
    _ copy: ObjectName, _ found: [UInt8]?, with good: [UInt8]
  ) async throws(StorageError) -> ObjectName? {
    if try await store.keepsVersions() {
      let spool = try await store.spool()
      try spool.write(good)
      try await store.putOnTop(spool, at: copy, retainedUntil: nil)
      return nil
    }
    var aside: ObjectName?
    if let found { aside = try await keepAside(found, of: copy) }
    guard try await store.erase(copy) else { throw StorageError(.denied, "mend", copy.text) }
    _ = try await store.put(good, at: copy)
    return aside
  }

  private func keepAside(_ bytes: [UInt8], of copy: ObjectName) async throws(StorageError) -> ObjectName {
    // The name comes from the bytes, so that a mend which is cut off and done again keeps them once.
    var mark: UInt32 = 2_166_136_261
    for byte in bytes { mark = (mark ^ UInt32(byte)) &* 16_777_619 }
    for step in 0..<UInt32(8) {
      guard let aside = ObjectName("aside/\(copy.text).\(String(mark &+ step, radix: 16))") else { break }
      if try await store.put(bytes, at: aside) == .created { return aside }
      if try await store.get(aside, limit: Self.limit) == bytes { return aside }
    }
    throw StorageError(.exists, "keep aside", copy.text)
  }

  /// The damaged copies that were put aside.
  func asides(of copy: ObjectName) async throws(StorageError) -> [ObjectName] {
    guard let folder = Self.asideFolder(of: copy) else { return [] }
    return try await store.list(folder).map(\.name).filter { $0.text.hasPrefix("aside/\(copy.text).") }
  }

  /// The folder in which damaged copies are kept; nil where their names would be too deep or too long.
  static func asideFolder(of copy: ObjectName) -> String? {
    guard ObjectName("aside/\(copy.text).00000000") != nil else { return nil }
    return (["aside"] + copy.parts.dropLast()).joined(separator: "/")
  }

  private func report(_ copy: ObjectName, _ found: Copy, _ result: Repair.Result) {
    let fault: Repair.Fault? =
      switch found {
      case .absent: .missing
      case .damaged, .oversized: .damaged
      case .unreadable(let error): error.code == .denied ? .denied : .unreadable
      case .intact: nil
      }
    if let fault { onMend(Repair(copy: copy, fault: fault, result: result)) }
  }

  private static func check(_ bytes: [UInt8], _ limit: Int, _ name: ObjectName) throws(StorageError) {
    guard bytes.count > limit else { return }
    throw StorageError(
      .tooLarge, "read", name.text, reason: "it has \(bytes.count) bytes, the limit is \(limit)")
  }
}

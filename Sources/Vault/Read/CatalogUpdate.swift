internal import Rules
internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage

/// Brings a catalog up to a place's ledger: reads the index of each box that is new, and the ids in its tables.
struct CatalogUpdate {
  private let vault: OpenPlace
  private let keys: OpenKeyring
  private let file: CatalogFile
  private let opening: IndexOpener

  init(_ file: CatalogFile, of vault: OpenPlace) throws {
    self.vault = vault
    self.file = file
    keys = try vault.unlocked()
    opening = try IndexOpener(vault)
  }

  /// So many bundles go into one transaction.
  private static let bundlesAtOnce = 20_000

  /// Reads what is new.
  /// - Returns: what couldn't be read, now and when it was new.
  func run() async throws -> [Finding] {
    let state = vault.state
    let generation = keys.opened.generation.digest
    let known = try file.position()
    if let known, known.generation != generation { try file.retryClosed() }
    // Where how far it is isn't known, or it is of another ledger, nothing says that what it has is live. A copy that is
    // behind says nothing of that.
    let isOfAnother = known.map {
      $0.moved != state.movesKnown || $0.size <= state.size && !goesOn(from: $0)
    }
    if isOfAnother ?? true { try forgetMoved() }
    let new = try missing()
    let unread = try file.unread().filter { $0 < state.boxes.count }
    try file.setUnread(new.filter { vault.boxHere($0) == nil })
    let wanted = Set(unread + new).sorted().compactMap(vault.boxHere)
    if !wanted.isEmpty { try await read(wanted) }
    let position = CatalogFile.Position(
      size: state.size, root: state.root, boxes: state.boxes.count, generation: generation,
      moved: state.movesKnown)
    // A copy that is behind leaves what is known of the vault.
    let isNews = known.map {
      $0.boxes != position.boxes || $0.generation != generation || $0.moved != state.movesKnown
        || !goesOn(from: $0)
    }
    if isNews ?? true, known.map({ $0.size <= state.size || $0.moved != state.movesKnown }) ?? true {
      try file.setPosition(position)
    }
    for odd in try file.odd() {
      guard let box = vault.boxHere(odd.ordinal) else { continue }
      if odd.isClosed { opening.noteClosed(box) }
      for _ in 0..<odd.ignored { opening.noteIgnored(box) }
    }
    return opening.findings + vault.boxesNotCopied.map(Finding.init(notCopied:))
  }

  /// Boxes were moved or compared since, or by another ledger: what isn't live here makes room for what stands in its
  /// place, and of what is there twice another one may count.
  private func forgetMoved() throws {
    let odd = Set(try file.odd().filter { $0.ignored > 0 }.map(\.ordinal))
    let gone = try file.ranks().filter { ordinal, rank in
      vault.boxHere(ordinal).map { rank != vault.state.rank(of: $0) } ?? true || odd.contains(ordinal)
    }.map(\.ordinal)
    // What was disposed of isn't there any more, whatever its file looks like.
    let left = Set(
      gone.filter { ordinal in
        guard vault.state.boxes.indices.contains(ordinal) else { return false }
        return vault.state.move(replacing: vault.state.boxes[ordinal]).map { $0.reason != .rewritten }
          ?? false
      })
    try file.forgetMarks(of: file.customers(inBoxes: left))
    try file.forget(gone)
  }

  private func goesOn(from known: CatalogFile.Position) -> Bool {
    vault.ledger.root(at: known.size) == known.root
  }

  /// The ledger's boxes that the catalog doesn't have, or has another one for.
  private func missing() throws -> [Int] {
    let boxes = vault.state.boxes
    let hashes = Dictionary(
      try file.hashes().map { ($0.ordinal, $0.hash) }, uniquingKeysWith: { one, _ in one })
    return boxes.indices.filter { hashes[$0] != boxes[$0].box.hash }
  }

  private enum Reading: Sendable {
    case box(CatalogFile.Box)
    case unreadable(Int)
  }

  /// A box whose index is open, with the keys of its customers.
  private struct Indexed: Sendable {
    let box: KnownBox
    let rank: Int
    /// Its class, and the epoch that its index is sealed with; nil where no key opens it.
    let opened: (classID: Identifier, epoch: UInt32)?
    let rows: [(number: Int, row: IndexRow)]
    let keys: [Identifier: Secret]
    let epochs: [UInt32: Secret]
    let ignored: Int
  }

  private func read(_ boxes: [KnownBox]) async throws {
    let (store, id) = (vault.place.store, vault.state.vault)
    var next = 0
    var waiting: [CatalogFile.Box] = []
    var unreadable: [Int] = []
    try await inOrder(
      atOnce: vault.machine.workers + 1,
      next: { () -> (Indexed?, Int)? in
        try Task.checkCancellation()
        guard next < boxes.count else { return nil }
        defer { next += 1 }
        return (try await index(boxes[next]), boxes[next].ordinal)
      },
      work: { indexed, ordinal -> Reading in
        guard let indexed else { return .unreadable(ordinal) }
        return .box(try await TableReading(vault: id, store: store).read(indexed))
      },
      take: { reading in
        switch reading {
        case .box(let box) where box.classID == nil && !vault.isHome:
          // A copy may have older keys: the vault's own may open it.
          unreadable.append(box.ordinal)
          if let known = vault.boxHere(box.ordinal) { opening.noteClosed(known) }
        case .box(let box): waiting.append(box)
        case .unreadable(let ordinal): unreadable.append(ordinal)
        }
        guard waiting.reduce(0, { $0 + $1.bundles.count + 1 }) >= Self.bundlesAtOnce else { return }
        try file.add(waiting)
        waiting = []
      })
    try file.add(waiting)
    try file.setUnread(unreadable)
  }

  /// Opens a box's index; nil where it can't be read.
  private func index(_ box: KnownBox) async throws -> Indexed? {
    let rank = vault.state.rank(of: box)
    switch try await opening.index(of: box) {
    case .unreadable: return nil
    case .closed:
      return Indexed(box: box, rank: rank, opened: nil, rows: [], keys: [:], epochs: [:], ignored: 0)
    case .opened(let opened):
      guard let section = keys.opened[opened.classID]?.section else {
        throw VaultError(.notGranted, "this identity does not open that class", safe: "nothing was written")
      }
      let state = vault.state
      let rows = opened.rows.enumerated().filter { $0.element.isAllowed(in: box, of: state) }
      var subjects: [Identifier: Secret] = [:]
      for (_, row) in rows where subjects[row.subject] == nil {
        subjects[row.subject] = try await keys.readableKey(of: row.subject, in: opened.classID)
      }
      return Indexed(
        box: box, rank: rank, opened: (opened.classID, opened.epoch),
        rows: rows.map { ($0.offset, $0.element) }, keys: subjects,
        epochs: section.keysByEpoch,
        ignored: opened.rows.count - rows.count)
    }
  }

  /// Reads the tables of one box for the ids in them.
  private struct TableReading {
    let vault: Identifier
    let store: any ObjectStore

    func read(_ indexed: Indexed) async throws -> CatalogFile.Box {
      let box = indexed.box
      var result = CatalogFile.Box(
        ordinal: box.ordinal, rank: indexed.rank, hash: box.box.hash, entry: box.entry,
        classID: indexed.opened?.classID,
        epoch: indexed.opened?.epoch ?? 0, bundles: indexed.rows, records: [], names: [],
        ignored: indexed.ignored)
      guard let classID = indexed.opened?.classID else { return result }
      let source = ReadAhead(StoredBox(store: store, name: Layout.box(box.box.hash)))
      let reader = try BoxReader(
        vault: vault, size: box.box.size, source: source, workspace: try ReadWorkspace())
      for (_, row) in indexed.rows {
        let table = try await table(row, classID, indexed, reader)
        result.records.append(table.records)
        result.names.append(table.names)
      }
      return result
    }

    /// A table that can't be opened is told when its records are wanted; without ids they are found by reading all.
    private func table(
      _ row: IndexRow, _ classID: Identifier, _ indexed: Indexed, _ reader: BoxReader
    ) async throws -> (records: [Identifier], names: [Identifier]) {
      var opener = try BundleOpener(
        class: classID, subject: indexed.keys[row.subject], isKeyringRead: true, epochs: indexed.epochs,
        erased: .none)
      guard case .opens(let bundle) = try opener.open(row, in: indexed.box) else { return ([], []) }
      do {
        let labels = try await reader.openBundle(row, keys: bundle.keys).records.map(\.label)
        return (labels.map(\.id), try names(labels.map(\.subject), bundle.keys.contentKey))
      } catch is BoxError {
        return ([], [])
      } catch is StorageError {
        return ([], [])
      }
    }

    /// More than two tell no more than two.
    private func names(_ given: [[UInt8]], _ contentKey: Secret) throws -> [Identifier] {
      var last: [UInt8]?
      var found: [Identifier] = []
      for one in given where one != last && found.count < 2 {
        last = one
        let mark = try CustomerName.mark(of: one, under: contentKey)
        if !found.contains(mark) { found.append(mark) }
      }
      return found
    }
  }
}

internal import Rules
internal import Boxes
internal import Sealing
internal import Storage
internal import Synchronization

/// What a class is sealed with: taken out of the keyring before the workers begin.
struct ClassKeys: Sendable {
  let id: Identifier
  let name: String
  let epoch: UInt32
  let epochKey: Secret
  let indexKey: Secret
  let year: UInt16
}

/// What is known of a record that was sealed before.
struct KnownVersion: Sendable {
  let id: Identifier
  let size: UInt64
  let digest: Digest
  /// What its label calls it.
  let title: String
  /// The day that its label says it is of.
  let date: CivilDay?
}

/// All that workers share; nothing of it changes while they work, but the counters.
final class SealJob: Sendable {
  let vault: Identifier
  /// The generation whose keys are used.
  let generation: UInt64
  let store: any ObjectStore
  let sources: [(folder: SourceFolder, name: String)]
  let classes: [ClassKeys]
  let sealedAt: UInt64
  /// The clock that stamps files, nanoseconds since 1970.
  let fileClock: @Sendable () -> Int64
  let queue: SealQueue
  let tally = Mutex(SealTally())

  init(
    vault: Identifier, generation: UInt64, store: any ObjectStore,
    sources: [(folder: SourceFolder, name: String)], classes: [ClassKeys], sealedAt: UInt64,
    fileClock: @escaping @Sendable () -> Int64, workers: Int
  ) {
    self.vault = vault
    self.generation = generation
    self.store = store
    self.sources = sources
    self.classes = classes
    self.sealedAt = sealedAt
    self.fileClock = fileClock
    queue = SealQueue(workers: workers)
  }
}

/// What workers have done so far.
struct SealTally {
  var read: UInt64 = 0
  var sealed: UInt64 = 0
  var unchanged: UInt64 = 0
  var leftOut: [LeftOut] = []
  /// Files that were read and are what is sealed.
  var asSealed: [CustomerMarks] = []
}

/// What is in a box, but for records in parts, which count once all of them are committed.
struct BoxTally: Sendable {
  private(set) var new: UInt64 = 0
  private(set) var changed: UInt64 = 0
  var bytes: UInt64 = 0

  mutating func note(known: Bool) {
    if known { changed += 1 } else { new += 1 }
  }

  mutating func add(_ other: BoxTally) {
    new += other.new
    changed += other.changed
    bytes += other.bytes
  }
}

/// A box that stands in the store and waits to be named by the ledger.
struct UnnamedBox: Sendable {
  let box: FinishedBox
  let classIndex: Int
  let classID: Identifier
  let tally: BoxTally
  /// Parts in it, by the set that they belong to: all parts of a set are named in one commit.
  let parts: [Identifier: Int]
  /// The ids of the records in each bundle.
  let records: [Identifier: [Identifier]]
  /// Whom the records of each bundle name, as a mark.
  let names: [Identifier: Identifier]
  /// How the files looked whose records are in it, whole ones and last parts.
  var marks: [CustomerMarks]

  /// Whether it was gone again once it was put.
  var isGone = false

  var object: RemovedObject { RemovedObject(hash: box.digest, kind: .box) }
  var recordCount: Int { records.values.reduce(0) { $0 + $1.count } }
}

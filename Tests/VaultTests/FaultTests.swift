import Sealing
@testable import Storage
import Synchronization
import StorageFaults
import TestKit
import Testing

@testable import Vault

/// Fails the Nth operation of the store for N = 1, 2, 3 ... until none fails. Each time the vault opens as it was
/// before or as it is after, and who tries again gets there.
struct FaultTests {
  /// Something that is done to a vault.
  private struct Act: Sendable {
    let run: @Sendable (Scene, FaultyStore?) async throws -> Void
    let isDone: @Sendable (OpenPlace, [String: FoundRecord]) async throws -> Bool
  }

  /// The faults, by how the Nth operation is chosen.
  enum Way: String, CaseIterable, Sendable {
    case anyFails, writeIsLost, writeFails, crashBefore, crashAfter

    func plan(_ number: Int) -> FaultyStore.Plan {
      switch self {
      case .anyFails: FaultyStore.nth(number, .failBefore(StorageError(.io, "reach", "the disk")))
      case .writeIsLost: FaultyStore.nthWrite(number, .failAfter)
      case .writeFails: FaultyStore.nthWrite(number, .diskFull)
      case .crashBefore: FaultyStore.nthWrite(number, .crash)
      case .crashAfter: FaultyStore.nthWrite(number, .crashAfter)
      }
    }
  }

  private func drive(_ template: Scene, _ way: Way, _ act: Act) async throws {
    var number = 1
    while true {
      let scene = try Scene(copying: template, inMemory: true)
      let store = try scene.faulty(plan: way.plan(number))
      var failed = false
      do { try await act.run(scene, store) } catch { failed = true }
      let opened = try await scene.open(toWrite: number % 2 == 0)
      let isDone = try await act.isDone(opened, try await whatWasThere(opened))
      #expect(failed || isDone, "\(way) \(number): nothing was said, and it isn't done")
      if !isDone {
        try await act.run(scene, nil)
        let again = try await scene.open()
        let found = try await whatWasThere(again)
        #expect(try await act.isDone(again, found), "\(way) \(number): tried again, and it isn't done")
      }
      let count = way == .anyFails ? store.count : store.log.filter(\.kind.writes).count
      if count < number {
        #expect(!failed && number > 4)
        return
      }
      number += 1
      try #require(number < 400)
    }
  }

  /// A vault with two records and a clerk.
  private func furnished() async throws -> (Scene, clerk: Identity) {
    let scene = try await Scene(classes: NewClasses([("basic", 10), ("contracts", 10)]))
    let clerk = try await scene.hire(.clerk, ["basic"])
    try await scene.seal(scene.source(["basic/1001/a": "one", "contracts/1001/b": "two"]))
    return (scene, clerk)
  }

  /// What is there; what was there before must be, done or not.
  private func whatWasThere(_ opened: OpenPlace) async throws -> [String: FoundRecord] {
    #expect(opened.state.notCounted.isEmpty)
    let catalog = try await opened.catalog()
    #expect(catalog.findings.isEmpty)
    let found = catalog.byName
    #expect(found["basic/1001/a"]?.digest == Digest.sha256(of: Array("one")))
    #expect(found["contracts/1001/b"]?.digest == Digest.sha256(of: Array("two")))
    // A disk that hiccups makes no second customer of one.
    #expect(Set(found.values.filter { $0.subjectAsGiven == Array("1001") }.map(\.subject)).count == 1)
    #expect(Set(found.values.map(\.subject)).count == Set(found.values.map(\.subjectAsGiven)).count)
    return found
  }

  @Test(arguments: Way.allCases) func sealing(way: Way) async throws {
    let (template, _) = try await furnished()
    let act = Act(
      run: { scene, store in
        let source = scene.source(["basic/1001/new": "three", "basic/1002/new": "four"])
        let opened = try await scene.open(store: store)
        _ = try await opened.seal([source], layout: .default, workers: 1)
      },
      isDone: { _, found in
        let both = [found["basic/1001/new"], found["basic/1002/new"]].compactMap(\.self)
        #expect(both.count != 1, "half of a box")
        #expect(both.allSatisfy { $0.versions == 1 })
        return both.count == 2
      })
    try await drive(template, way, act)
  }

  @Test(arguments: Way.allCases) func granting(way: Way) async throws {
    let (template, _) = try await furnished()
    let archivist = try Identity.generate()
    let act = Act(
      run: { scene, store in
        let public_ = try IdentityFile.Public(of: archivist)
        _ = try await scene.open(store: store).grant(public_, role: .archivist, classes: [], label: "new")
      },
      isDone: { opened, _ in
        let isActive = opened.state.isActive(archivist.publicIdentity.id)
        let generation = opened.state.generation?.number
        // Entered and granted are one act.
        #expect(generation == (isActive ? 3 : 2))
        if isActive {
          let theirs = try await OpenPlace.open(opened.place.location, in: opened.machine)
          try await theirs.unlock(with: .identity(archivist))
          #expect(try await theirs.catalog().records.count == 2)
        }
        return isActive
      })
    try await drive(template, way, act)
  }

  @Test(arguments: Way.allCases) func revoking(way: Way) async throws {
    let (template, clerk) = try await furnished()
    let id = clerk.publicIdentity.id
    let act = Act(
      run: { scene, store in _ = try await scene.open(store: store).revoke(id, reason: "left") },
      isDone: { opened, _ in
        let isActive = opened.state.isActive(id)
        let basic = try #require(try opened.unlocked().section(named: "basic"))
        #expect(basic.epochs.count == (isActive ? 1 : 2))
        #expect(basic.readers.contains(id) == isActive)
        return !isActive
      })
    try await drive(template, way, act)
  }

  @Test(arguments: Way.allCases) func rotating(way: Way) async throws {
    let (template, _) = try await furnished()
    let act = Act(
      run: { scene, store in _ = try await scene.open(store: store).rotate(sections: ["basic", "directory"])
      },
      isDone: { opened, _ in
        let keys = try opened.unlocked()
        let epochs = try ["basic", "directory", "contracts"].map {
          try #require(keys.section(named: $0)).epochs.count
        }
        #expect(epochs == [1, 1, 1] || epochs == [2, 2, 1])
        return epochs[0] == 2
      })
    try await drive(template, way, act)
  }

  @Test(arguments: Way.allCases) func founding(way: Way) async throws {
    let identity = try Identity.generate()
    var number = 1
    while true {
      let scratch = Scratch(inMemory: true)
      let place = scratch.at("vault")
      let store = FaultyStore(try FolderStore(path: place, create: true), plan: way.plan(number))
      func machine(_ store: FaultyStore?) -> Machine {
        Machine(memory: scratch.at("memory"), now: { Clock.start }) { location, create in
          if let store { return store }
          return try await Machine.folders(location, create)
        }
      }
      func found(_ store: FaultyStore?) async throws -> CreatedVault {
        try await CreateVault.create(
          .folder(place), founder: .identity(identity), classes: .standard, in: machine(store))
      }
      let first = try? await found(store)
      let there = Files.exists(place + "/STRONGROOM")
      #expect(first == nil || there)
      if !there {
        // Whoever looks before it is tried again sees no vault, and nobody else's founding gets mixed up with it.
        #expect(await code { _ = try await OpenPlace.open(.folder(place), in: machine(nil)) } == .noVault)
        let begun = Files.exists(place + "/ledger/00000000000000000000")
        let other = KeySource.identity(try Identity.generate())
        let refused = await code {
          if begun {
            _ = try await CreateVault.create(
              .folder(place), founder: other, classes: .standard, in: machine(nil))
          }
        }
        #expect(refused == (begun ? .exists : nil))
        let second = try await found(nil)
        #expect(second.classes.sorted() == NewClasses.standard.classes.map(\.name).sorted())
      }
      let opened = try await OpenPlace.open(
        .folder(place), in: machine(nil), expecting: first?.vault, allowsUnknown: true)
      try await opened.unlock(with: .identity(identity))
      #expect(opened.state.size == 2 && opened.isHome && opened.state.notCounted.isEmpty)
      #expect(try await opened.catalog().records.isEmpty)
      #expect(await code { _ = try await found(nil) } == .exists)
      let count = way == .anyFails ? store.count : store.log.filter(\.kind.writes).count
      if count < number {
        #expect(first != nil && number > 4)
        return
      }
      number += 1
    }
  }

  /// Also where what lies there bears no object's name, or is no folder.
  @Test(arguments: ["my file.txt", "Ordner ü/x", "notes", "boxes"])
  func aFolderThatHoldsSomethingIsNoPlaceForAVault(_ name: String) async throws {
    let scratch = Scratch()
    let place = scratch.at("vault")
    Files.write("mine", to: "\(place)/\(name)")
    let identity = try Identity.generate()
    let refused = await code {
      _ = try await CreateVault.create(
        .folder(place), founder: .identity(identity), classes: .standard,
        in: Machine(memory: scratch.at("memory"), now: { Clock.start }))
    }
    #expect(refused == .exists)
    #expect(!Files.exists(place + "/ledger") && !Files.exists(place + "/STRONGROOM"))
  }

  @Test func aCommitWhoseSecondCopyCantBeWrittenCounts() async throws {
    let (template, _) = try await furnished()
    let scene = try Scene(copying: template)
    let store = try scene.faulty { operation, _ in
      operation.kind == .put && operation.name?.isUnder("second/ledger") == true ? .diskFull : nil
    }
    let writer = try await scene.open(store: store)
    let outcome = try await writer.rotate(sections: ["basic"])
    #expect(outcome.generation == 3)
    let lacking = try #require(Files.names(scene.place + "/ledger").last)
    #expect(!Files.exists(scene.place + "/second/ledger/" + lacking))
    #expect(writer.shortfalls.map(\.object) == ["second/ledger/" + lacking])
    #expect(writer.shortfalls.map(\.kind) == [.missing])
    #expect(writer.shortfalls.allSatisfy { $0.what.contains("no space left") })
    // Made good by the same command, it is no shortfall any more.
    let copy = try #require(ObjectName("second/ledger/" + lacking))
    writer.note(.mended(Repair(copy: copy, fault: .missing, result: .mended(aside: nil))))
    #expect(writer.shortfalls.isEmpty)
    let opened = try await scene.open()
    #expect(opened.state.generation?.number == 3 && opened.shortfalls.isEmpty)
    #expect(Files.names(scene.place + "/second/ledger") == Files.names(scene.place + "/ledger"))
  }

  @Test("A fault that passes costs a commit neither copy", arguments: ["ledger", "second/ledger"])
  func faultThatPasses(_ folder: String) async throws {
    let (template, _) = try await furnished()
    let scene = try Scene(copying: template)
    let struck = Mutex(false)
    let store = try scene.faulty { operation, _ in
      guard operation.kind == .put, operation.name?.isUnder(folder) == true,
        !struck.withLock({ wasStruck in
          defer { wasStruck = true }
          return wasStruck
        })
      else { return nil }
      return folder == "ledger" ? .failAfter : .diskFull
    }
    let writer = try await scene.open(store: store)
    #expect(try await writer.rotate(sections: ["basic"]).generation == 3)
    #expect(struck.withLock { $0 })
    #expect(writer.shortfalls.isEmpty)
    #expect(writer.remarks.count == 1 && writer.mended.count == 1, "\(writer.remarks)")
    #expect(Files.names(scene.place + "/second/ledger") == Files.names(scene.place + "/ledger"))
  }

  @Test func aCommitThatMayNotLastIsNoSuccess() async throws {
    let (template, _) = try await furnished()
    let scene = try Scene(copying: template)
    // It is there, and nobody says that it lasts.
    let store = try scene.faulty { operation, _ in
      operation.kind == .put && operation.name?.isUnder("ledger") == true ? .failAfter : nil
    }
    let writer = try await scene.open(store: store)
    await #expect(throws: StorageError(.lost, "", "")) { try await writer.rotate(sections: ["basic"]) }
  }

  @Test func aStoreThatKeepsHalfABoxIsFoundOut() async throws {
    let (scene, _) = try await furnished()
    let source = scene.source(["basic/1001/new": "three"])
    let store = try scene.faulty { operation, _ in operation.kind == .spoolPut ? .truncateSpool : nil }
    #expect(
      await code { _ = try await scene.open(store: store).seal([source], layout: .default) } == .storage)
    let found = try await scene.catalog()
    #expect(found.count == 2)
    #expect(try await scene.seal(source).new == 1)
  }
}

@testable import Rules
import Keyring
import Ledger
import Sealing
import Storage
import TestKit
import Testing

@testable import Backup
@testable import Vault

/// What must hold whatever the order was.
struct Truth {
  /// A customer's id and keys, by class.
  struct Customer: Equatable {
    let id: Identifier?
    var keys: [String: [UInt8]] = [:]
  }

  let world: World
  /// For messages: how to run it again.
  let story: String

  /// What the customers have.
  static func customers(_ opened: OpenPlace) async throws -> [String: Customer] {
    let keys = try opened.unlocked()
    var found: [String: Customer] = [:]
    for number in ["1001", "1002"] {
      var customer = Customer(id: try await keys.subject(.number, Array(number.utf8)))
      for section in keys.classes {
        guard let id = customer.id, let key = try await keys.key(of: id, in: section.id) else { continue }
        customer.keys[section.name] = key.withSpan { span in (0..<span.count).map { span[$0] } }
      }
      found[number] = customer
    }
    return found
  }

  /// Everything that can be said of the vault and its destinations.
  func check(machines: Range<Int>, destinations: [String]) async throws {
    let fresh = try await world.open(0, toWrite: false, named: "fresh")
    #expect(fresh.state.notCounted.isEmpty, "\(story): \(fresh.state.notCounted)")
    try await checkFolds(fresh, machines, destinations)
    try await checkKeys(fresh)
    let seen = try await Verifier(of: fresh, level: .open, scratch: world.root).run { _ in }
    #expect(Self.wrong(seen.findings, in: world).isEmpty, "\(story): \(seen.findings)")
    func isPlain(_ path: String) -> Bool { !Self.isErasable(path) && !Self.mayGo(path, in: world) }
    let plain = try await exported(fresh).filter { isPlain($0.key) }
    #expect(
      plain == world.expected.filter { isPlain($0.key) },
      "\(story): the export isn't what was sealed")
    try await checkErasures(fresh)
    try await checkDisposals(fresh)
    try await checkCustomers(fresh)
  }

  /// All readers fold the same state: whole, from what a machine remembers, and at a destination.
  private func checkFolds(_ fresh: OpenPlace, _ machines: Range<Int>, _ destinations: [String]) async throws {
    for machine in machines {
      let remembered = try await world.look(machine)
      #expect(remembered.state == fresh.state, "\(story): machine \(machine) folds another state")
    }
    for destination in destinations {
      let there = try await world.look(0, destination, named: "fresh")
      #expect(
        fresh.ledger.root(at: there.state.size) == there.state.root, "\(story): \(destination) is another way"
      )
      let state = try await fold(fresh.ledger.files, to: there.state.size)
      #expect(state == there.state, "\(story): \(destination) folds another state")
      let seen = try await Verifier(of: there, level: .hash, scratch: world.root).run { _ in }
      // Two who take a snapshot at the same place may leave the other's tail, which the next one takes up.
      #expect(seen.findings.isEmpty, "\(story): \(destination): \(seen.findings)")
    }
  }

  private func fold(_ log: LedgerFiles, to size: UInt64) async throws -> LedgerState {
    var state = try LedgerState(founding: #require(try await log.commit(at: 0)))
    while state.size < size { try state.apply(#require(try await log.commit(at: state.size))) }
    return state
  }

  /// No key is lost: who had one has the same.
  private func checkKeys(_ fresh: OpenPlace) async throws {
    let now = try await Self.customers(fresh)
    for (number, customer) in try await World.customers() {
      #expect(now[number]?.id == customer.id, "\(story): customer \(number) has another id")
      for (name, key) in customer.keys {
        #expect(now[number]?.keys[name] == key, "\(story): customer \(number) lost a key in \(name)")
      }
    }
  }

  /// One customer, one id.
  private func checkCustomers(_ fresh: OpenPlace) async throws {
    let records = try await fresh.catalog().records
    for (given, of) in Dictionary(grouping: records, by: \.subjectAsGiven)
    where !Self.isErasable("basic/\(String(decoding: given, as: UTF8.self))") {
      let ids = Set(of.map(\.subject))
      #expect(
        ids.count == 1, "\(story): customer \(String(decoding: given, as: UTF8.self)) has \(ids.count) ids")
    }
  }

  /// What an export holds, by path.
  func exported(_ opened: OpenPlace) async throws -> [String: [UInt8]] {
    let folder = world.at("export-" + (try Identifier.random().hex))
    let summary = try await Exporter(from: opened).run(to: folder) { _ in }
    #expect(Self.wrong(summary.findings, in: world).isEmpty, "\(story): \(summary.findings)")
    defer { Files.remove(Array(folder)) }
    return Files.contents(folder)
  }
}

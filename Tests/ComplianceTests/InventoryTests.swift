import Rules
import Sealing
import TestKit
import Drill
import Testing
import Vault

@testable import Compliance

/// What an archive holds and costs.
@Suite(.timeLimit(.minutes(10))) struct InventoryTests {
  @Test func boxesAreListedByClassAndYears() async throws {
    let audit = try await Audit()
    audit.scene.clock.pass(days: 366)
    try await audit.scene.seal(audit.scene.source("more", ["basic/C3/c.txt": "gamma"]))
    let opened = try await audit.scene.open(toWrite: false)
    let inventory = try await Inventory(of: opened)
    #expect(inventory.rows.map(\.className) == ["basic", "basic", "contracts"])
    #expect(inventory.rows.map(\.year) == [2026, 2027, 2026])
    #expect(inventory.rows.map(\.until) == [2036, 2037, 2036])
    #expect(inventory.boxes == 3 && inventory.places == 2)
    #expect(inventory.bytes == opened.state.boxes.reduce(0) { $0 + $1.box.size })
    let blind = try await Inventory(of: try await audit.scene.open(toWrite: false, unlocked: false))
    #expect(blind.rows.map(\.className) == [nil, nil] && blind.rows.map(\.boxes) == [2, 1])
    #expect(blind.bytes == inventory.bytes)
    let clerk = try await audit.scene.hire(.clerk, ["basic"])
    let part = try await Inventory(of: try await audit.scene.open(as: clerk, toWrite: false))
    #expect(part.rows.map(\.className) == ["basic", "basic", nil])
  }

  @Test func pricesAreExact() throws {
    let table = try PriceTable(yaml: "per-gib-month: 0.02\ncurrency: EUR\n", of: "t")
    #expect(table.currency == "EUR" && table.price(of: 1 << 30) == "0.020000")
    #expect(table.price(of: 0) == "0.000000" && table.price(of: 50 << 40) == "1024.000000")
    #expect(table.price(of: (1 << 30) / 20_000 + 1) == "0.000001")
    let dear = try PriceTable(yaml: "{per-gib-month: 999999.999999, currency: JPY}", of: "t")
    #expect(dear.price(of: 1 << 30) == "999999.999999" && dear.price(of: 3 << 29) == "1499999.999998")
    // What no number holds is the largest one.
    #expect(dear.price(of: UInt64.max) == "18446744073709.551615")
  }

  @Test(arguments: [
    "", "currency: EUR", "per-gib-month: 0.02", "per-gib-month: -1\ncurrency: EUR",
    "per-gib-month: 1e3\ncurrency: EUR", "per-gib-month: 0.0000001\ncurrency: EUR",
    "per-gib-month: 1000000\ncurrency: EUR", "per-gib-month: 1\ncurrency: ''",
    "per-gib-month: 1\ncurrency: EUR\nper-year: 2", "per-gib-month: &a 1\ncurrency: EUR", "[1]",
    "per-gib-month: 1\ncurrency: " + String(repeating: "E", count: 17),
    "per-gib-month: 1\ncurrency: EUR #" + String(repeating: " ", count: 5000),
  ])
  func whatIsNoTableIsRefused(text: String) {
    #expect(throws: YAMLFault.self) { try PriceTable(yaml: text, of: "t") }
  }
}

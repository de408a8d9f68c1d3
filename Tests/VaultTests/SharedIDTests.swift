@testable import Rules
import Boxes
import Keyring
import Sealing
import TestKit
import Testing

@testable import Vault

/// Whoever may seal can lead any number to any id; nothing comes under an id beside another customer's records.
struct SharedIDTests {
  private func scene() async throws -> (scene: Scene, subject: Identifier) {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/a": "a", "contracts/1001/b": "b", "basic/common/c": "c"]))
    return (scene, try #require(try await scene.open().unlocked().subject(.number, Array("1001"))))
  }

  private func kinds(_ scene: Scene) async throws -> [Finding.Kind] {
    let opened = try await scene.open(toWrite: false)
    return try await opened.checkBoxes(Array(opened.state.liveBoxes())) { _, _ in }.findings.map(\.kind)
  }

  @Test(arguments: ["custodian", "a machine that knows nothing"])
  func aNumberThatLeadsToAnothersIDIsRefused(machine: String) async throws {
    let (scene, subject) = try await scene()
    #expect(try await kinds(scene).isEmpty)
    try await Forger.lead("2002", to: subject, in: try await scene.open())
    #expect(try await kinds(scene) == [.shared])
    let more = scene.source(
      "more", ["basic/2002/x": "x", "communications/2002/y": "y", "basic/3003/z": "z", "basic/1001/a": "new"])
    let preview = try await scene.open(on: machine).previewSeal(SealSources([more], layout: .default))
    let opened = try await scene.open(on: machine)
    for _ in 0..<2 {
      let summary = try await opened.seal([more], layout: .default)
      #expect(summary.refused == [RefusedCustomer(subject: Array("2002"), id: subject, files: 2)])
      #expect(summary.refused == preview.refused && summary.damaged.map(\.kind) == [.shared])
      #expect(summary.damaged.allSatisfy { !"\($0)".contains("2002") && "\($0)".contains(subject.hex) })
    }
    let names = try await scene.catalog().keys
    #expect(names.contains("basic/3003/z") && !names.contains { $0.contains("2002") })
  }

  @Test func twoNewCustomersComeToNoID() async throws {
    let (scene, _) = try await scene()
    let id = try Identifier.random()
    for number in ["5", "6"] { try await Forger.lead(number, to: id, in: try await scene.open()) }
    let both = scene.source("both", ["basic/5/x": "x", "contracts/6/y": "y"])
    let summary = try await scene.seal(both)
    #expect(summary.new == 0 && summary.refused.map(\.files) == [1, 1])
    // One after the other the first has it.
    #expect(try await scene.seal(scene.source("first", ["basic/5/x": "x"])).new == 1)
    let again = try await scene.seal(both)
    #expect(again.new == 1 && again.refused.map(\.subject) == [Array("6")])
    #expect(try await scene.seal(scene.source("second", ["contracts/6/y": "y"])).refused.count == 1)
    #expect(try await kinds(scene) == [.shared])
  }

  @Test func nobodysIDIsNoCustomers() async throws {
    let (scene, _) = try await scene()
    let opened = try await scene.open()
    let common = try #require(try await opened.unlocked().subject(.common, []))
    try await Forger.lead("7", to: common, in: opened)
    let summary = try await scene.seal(scene.source("more", ["basic/7/x": "x", "contracts/common/y": "y"]))
    #expect(summary.new == 1 && summary.refused.map(\.subject) == [Array("7")])
  }

  @Test func oneNameInTwoSpellingsIsOneCustomer() async throws {
    let scene = try await Scene()
    #expect(try await scene.seal(scene.source("one", ["basic/\u{ff21}1/a": "a"])).new == 1)
    for machine in ["custodian", "another"] {
      let opened = try await scene.open(on: machine)
      let more = scene.source(machine, ["basic/A1/\(machine)": "b", "contracts/ A1/c": machine])
      let summary = try await opened.seal([more], layout: .default)
      #expect(summary.refused.isEmpty && summary.new == 2)
    }
    #expect(try await kinds(scene).isEmpty)
  }

  /// Which of two rows came first nobody can tell: a known number gets another row under a newer epoch, a number that is
  /// new since then one under the older.
  @Test(arguments: [false, true]) func aContestedNumberIsNobodys(oldest: Bool) async throws {
    let (scene, _) = try await scene()
    _ = try await scene.open().rotate(sections: ["directory"])
    try await scene.seal(scene.source("since", ["basic/2002/d": "d"]))
    let number = oldest ? "2002" : "1001"
    let subject = try #require(try await scene.open().unlocked().subject(.number, Array(number)))
    let other = try Identifier.random()
    try await Forger.lead(number, to: other, in: try await scene.open(), oldest: oldest)
    let first = try #require(try await scene.open().unlocked().subject(.number, Array(number)))
    #expect(first == (oldest ? other : subject))
    for machine in ["custodian", "another"] {
      let more = scene.source("more of \(machine)", ["basic/\(number)/x": "x", "basic/3003/\(machine)": "y"])
      let summary = try await scene.open(on: machine).seal([more], layout: .default)
      #expect(
        summary.new == 1 && summary.refused == [RefusedCustomer(subject: Array(number), id: first, files: 1)])
    }
    #expect(try await Set(kinds(scene)) == [.mislabelled])
    let (files, exported) = try await scene.export()
    let names = files.keys.map { String(decoding: $0, as: UTF8.self) }
    #expect(names.contains { $0.hasPrefix("basic/%id-\(subject.hex)/") })
    #expect(!names.contains { $0.hasPrefix("basic/\(number)/") } && names.contains("basic/3003/another"))
    #expect(Set(exported.findings.map(\.kind)) == [.mislabelled])
  }

  @Test func whatTheCatalogDoesNotKnowIsRead() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/a": "a"]))
    let opened = try await scene.open()
    let subject = try #require(try await opened.unlocked().subject(.number, Array("1001")))
    let known = try await KnownRecordsCatalog(opened, rereads: false)
    let names = try ["1001", "2002"].map { try #require(CustomerName(Array($0))) }
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let customer = CatalogFile.customer(basic, subject)
    #expect(try known.file.rows(of: customer).map(\.names.count) == [1])
    try known.file.forgetNames(of: customer)
    #expect(try known.file.rows(of: customer).map(\.names.count) == [0])
    #expect(try await !known.isShared(subject, by: names[0]))
    #expect(try await known.isShared(subject, by: names[1]))
  }
}

extension CatalogFile {
  /// As a table leaves it that could not be read.
  fileprivate func forgetNames(of customer: [UInt8]) throws {
    for bundle in try rows(of: customer) {
      guard let box = try hash(of: bundle.ordinal) else { continue }
      let classID = Identifier(bytes: Array(customer[..<16]))
      func put(_ hash: Digest, _ bundles: [(number: Int, row: IndexRow)]) throws {
        try add([
          Box(
            ordinal: bundle.ordinal, rank: bundle.ordinal, hash: hash, entry: 1, classID: classID,
            epoch: bundle.row.epoch, bundles: bundles,
            records: bundles.map { _ in [] }, names: bundles.map { _ in [] }, ignored: 0)
        ])
      }
      try put(Digest.sha256(of: []), [])
      try put(box, [(0, bundle.row)])
    }
  }
}

@testable import Rules
import Boxes
import Glibc
import Sealing
import TestKit
import Testing

@testable import Vault

/// Boxes that aren't what was sealed: each is named, and all else is given.
struct BadBoxTests {
  /// Boxes of three classes; that of `contracts` has two customers with two records each.
  private func scene() async throws -> (scene: Scene, box: KnownBox, bundles: [IndexRow]) {
    let scene = try await Scene()
    var files = ["basic/1001/x": "in another box", "communications/1001/y": "in a third box"]
    for customer in ["1001", "1002"] {
      for name in ["a", "b"] { files["contracts/\(customer)/\(name)"] = "\(name) of \(customer)" }
    }
    try await scene.seal(scene.source(files))
    let opened = try await scene.open(toWrite: false)
    let opening = try IndexOpener(opened)
    for known in opened.state.liveBoxes() {
      guard let box = try await opening.open(known), box.bundles.count == 2 else { continue }
      return (scene, known, box.bundles.map(\.row))
    }
    throw Files.Failed("no box of contracts")
  }

  private func path(_ scene: Scene, _ box: KnownBox) -> String {
    "\(scene.place)/\(Layout.box(box.box.hash))"
  }

  /// What find and export still give on a machine without a catalog, and the findings of each.
  private func whatIsLeft(_ scene: Scene) async throws -> (
    found: Int, listed: [Finding], files: Set<String>, exported: [Finding]
  ) {
    let machine = "fresh \(try Identifier.random())"
    let opened = try await scene.open(on: machine, toWrite: false)
    let catalog = try await opened.catalog()
    let (files, summary) = try await scene.export(on: machine)
    let source = Files.tree(scene.scratch.at("source"))
    for (path, fact) in files { #expect(source[path] == fact) }
    #expect(summary.records == UInt64(files.count))
    return (
      catalog.records.count, catalog.findings, Set(files.keys.map { String(decoding: $0, as: UTF8.self) }),
      summary.findings
    )
  }

  private let others: Set = ["basic/1001/x", "communications/1001/y"]

  @Test func aBoxThatIsGoneOrCutIsNamed() async throws {
    let (scene, box, _) = try await scene()
    let file = path(scene, box)
    let good = try #require(Files.read(file))
    let name = Layout.box(box.box.hash).text
    var other = good
    other.replaceSubrange(0..<good.count, with: pattern(good.count, seed: 9))
    let cases: [([UInt8]?, Finding.Kind)] = [
      (nil, .missing), ([], .damaged), (Array(good.dropLast()), .damaged),
      (Array(good.prefix(good.count / 2)), .damaged),
      (other, .damaged), (Array("STRONGBX".utf8), .damaged),
    ]
    for (bad, kind) in cases {
      if let bad { Files.write(bad, to: Array(file)) } else { Files.unlink(file) }
      let left = try await whatIsLeft(scene)
      #expect(left.listed.map(\.kind) == [kind] && left.listed.map(\.object) == [name], "\(left.listed)")
      #expect(left.found == 2 && left.files == others && left.exported == left.listed)
    }
    Files.write(good, to: Array(file))
    #expect(try await whatIsLeft(scene).files.count == 6)
    // Nothing of a box is read behind its end.
    Files.write(good + [0], to: Array(file))
    #expect(try await whatIsLeft(scene).files.count == 6)
  }

  @Test func whatCantBeReadIsSealedAgain() async throws {
    let (scene, box, _) = try await scene()
    Files.unlink(path(scene, box))
    let opened = try await scene.open()
    let summary = try await opened.seal([scene.scratch.at("source")], layout: .default)
    #expect(summary.new == 4 && summary.unchanged == 2)
    #expect(summary.damaged.count == 1 && summary.damaged[0].object == Layout.box(box.box.hash).text)
    let left = try await whatIsLeft(scene)
    #expect(left.files.count == 6 && left.listed.map(\.kind) == [.missing])
  }

  @Test func aFlippedBitHarmsOnlyWhatItIsIn() async throws {
    let (scene, box, bundles) = try await scene()
    let file = path(scene, box)
    let name = Layout.box(box.box.hash).text
    let good = try #require(Files.read(file))
    func flip(_ offset: UInt64) {
      var bad = good
      bad[Int(offset)] ^= 0x10
      Files.write(bad, to: Array(file))
    }
    // The index: salt, commitment, ciphertext, tag.
    for offset in [0, 30, 60, 300] {
      flip(box.box.offset + UInt64(offset))
      let left = try await whatIsLeft(scene)
      #expect(left.files == others && left.found == 2)
      #expect(left.listed.map(\.object) == [name] && left.listed.map(\.kind) == [.damaged], "\(left.listed)")
    }
    flip(box.box.size - 1)
    #expect(try await whatIsLeft(scene).files == others)

    for bundle in bundles {
      // The table: the other customer's records are as they were.
      for offset in [0, 40, bundle.tableLength - 1] {
        flip(bundle.tableOffset + offset)
        let left = try await whatIsLeft(scene)
        #expect(left.found == 4 && left.files.count == 4 && left.files.isSuperset(of: others))
        #expect(left.listed.map(\.object) == [name] && left.exported == left.listed)
      }
      // The body: what is there is known, and not given.
      for offset in [0, 40, bundle.bodyLength - 1] {
        flip(bundle.bodyOffset + offset)
        let left = try await whatIsLeft(scene)
        #expect(left.found == 6 && left.listed.isEmpty)
        #expect(left.files.count == 4 && left.files.isSuperset(of: others))
        #expect(
          left.exported.count == 2 && left.exported.allSatisfy { $0.object == name && $0.kind == .damaged })
      }
    }
  }

  @Test func oneFlippedRecordAmongManyIsTheOnlyOneMissing() async throws {
    let scene = try await Scene()
    for number in 0..<6 {
      Files.write(
        pattern(2 << 20, seed: number), to: Array(scene.scratch.at("source/basic/1001/\(number).bin")))
    }
    try await scene.seal(scene.scratch.at("source"))
    let box = try #require(try await scene.open().state.liveBoxes().first)
    // In the middle of the body, which doesn't shrink: within one record's frames.
    Files.flip(path(scene, box), at: 32 + 5 << 20)
    let left = try await whatIsLeft(scene)
    #expect(left.files.count == 5 && left.exported.count == 1, "\(left.exported)")
  }

  @Test func aLargeRecordIsGivenWholeOrNotAtAll() async throws {
    let scene = try await Scene()
    let mib = 1 << 20
    let source = scene.source(["communications/7/small.txt": "small"])
    Files.sparse(
      source + "/communications/7/call.wav", size: 66 * mib, pieces: [(at: 65 * mib, bytes: pattern(70_000))])
    try await scene.seal(source)
    let opened = try await scene.open(toWrite: false)
    let record = try #require(try await opened.catalog().records.first { $0.places.count == 2 })
    let box = record.places[1].box
    let last = record.places[1].bundle.row
    Files.flip(path(scene, box), at: Int(last.bodyOffset + last.bodyLength / 2))
    let left = try await whatIsLeft(scene)
    #expect(left.found == 2 && left.files == ["communications/7/small.txt"])
    #expect(left.exported.count == 1 && left.exported[0].record == record.reference)
    // Nothing of it stays behind, whatever its name.
    #expect(Files.names(scene.scratch.at("export/communications/7")) == ["small.txt"])
  }

  @Test func boxesInOneAnothersPlaceAreNotRead() async throws {
    let (scene, box, _) = try await scene()
    let boxes = try await scene.open().state.liveBoxes()
    let other = try #require(boxes.first { $0.box.hash != box.box.hash })
    let bytes = try #require(Files.read(path(scene, other)))
    Files.write(bytes, to: Array(path(scene, box)))
    let left = try await whatIsLeft(scene)
    #expect(left.files == others && left.listed.map(\.kind) == [.damaged])
  }
}

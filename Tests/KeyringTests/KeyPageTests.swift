import Sealing
import Testing

@testable import Keyring

@Suite struct KeyPageTests {
  let vault = id(77)
  let section = House.letters

  func sealed(_ numbers: some Sequence<UInt64>) throws -> [SealedPage] {
    var rows = NewRows(for: section)
    for number in numbers {
      rows.add(subject: id(number), key: key(UInt8(truncatingIfNeeded: number % 255 + 1)))
    }
    return try rows.sealed(vault: vault)
  }

  /// Rows sealed as they come, without the checks of the writer.
  func raw(_ rows: [[UInt8]], count: Int? = nil, range: PageRange? = nil) throws -> ([UInt8], PageReference) {
    let plain = rows.flatMap { $0 }
    let bytes = try SealedStream.seal(
      plain.span, key: key(5), context: SealContext(.page, vault: vault, section: section))
    let count = count ?? rows.count
    return (
      bytes,
      try PageReference(
        digest: Digest.sha256(of: bytes), key: key(5), count: count, size: KeyPage.sealedSize(rows: count),
        range: range)
    )
  }

  func open(_ bytes: [UInt8], _ reference: PageReference, in section: Identifier = House.letters) throws
    -> KeyPage
  {
    try KeyPage(opening: bytes, as: reference, in: section, vault: vault)
  }

  @Test func rowsComeBackFromPagesThatDoNotOverlap() throws {
    let numbers = (0..<10_000).map { UInt64($0) * 3 + 1 }.shuffled()
    let pages = try sealed(numbers)
    #expect(pages.map(\.reference.count) == [4096, 4096, 1808])
    var seen: [Identifier] = []
    for page in pages {
      let opened = try open(page.bytes, page.reference)
      seen += (0..<opened.count).map(opened.id)
      #expect(opened.reference.range == page.reference.range)
      #expect(page.reference.size == page.bytes.count)
      #expect(page.reference.range?.first == opened.id(at: 0))
    }
    #expect(seen == numbers.sorted().map { id($0) })
    let first = try open(pages[0].bytes, pages[0].reference)
    for number: UInt64 in [1, 4, 4096 * 3 - 2] {
      #expect(first.key(of: id(number))?.copied == key(UInt8(number % 255 + 1)).copied)
    }
    for number: UInt64 in [0, 2, 4096 * 3 + 1] { #expect(first.key(of: id(number)) == nil) }
  }

  @Test func everyPageHasAKeyOfItsOwn() throws {
    let pages = try sealed(0..<9000)
    #expect(Set(pages.map(\.reference.key.copied)).count == 3)
    expect(.wrongKey) {
      let mixed = try PageReference(
        digest: pages[0].reference.digest, key: pages[1].reference.key, count: 4096,
        size: pages[0].bytes.count,
        range: nil)
      _ = try open(pages[0].bytes, mixed)
    }
  }

  @Test func anIdTwiceIsNotWritten() throws {
    expect(.malformed) { _ = try sealed([1, 2, 1]) }
    #expect(try sealed([]).isEmpty)
  }

  @Test func everyFlipAndTruncationIsRefused() throws {
    let page = try sealed(0..<3)[0]
    for index in page.bytes.indices {
      var flipped = page.bytes
      flipped[index] ^= 0x80
      expect(.mismatched) { _ = try open(flipped, page.reference) }
      // Whoever could name it by its new digest meets the seal.
      let renamed = try PageReference(
        digest: Digest.sha256(of: flipped), key: page.reference.key, count: 3, size: flipped.count,
        range: page.reference.range)
      expect(index < 56 ? .wrongKey : .damaged) { _ = try open(flipped, renamed) }
      expect(.mismatched) { _ = try open(Array(page.bytes[..<index]), page.reference) }
    }
  }

  @Test func whatDoesNotMatchItsReferenceIsRefused() throws {
    let rows = (1...3).map { id($0).bytes + key(1).copied }
    let good = PageRange(first: id(1), lastPrefix: 3)
    let (bytes, reference) = try raw(rows, range: good)
    #expect(try open(bytes, reference).count == 3)
    expect(.malformed, "a page of the journal") {
      _ = try SealedPage(rows: Secret(copying: rows[0]), in: .journal, vault: vault)
    }
    expect(.wrongKey, "another section's page") { _ = try open(bytes, reference, in: House.contracts) }
    expect(.mismatched, "another first id") {
      let (bytes, wrong) = try raw(rows, range: PageRange(first: id(0), lastPrefix: 3))
      _ = try open(bytes, wrong)
    }
    expect(.mismatched, "another last id") {
      let (bytes, wrong) = try raw(rows, range: PageRange(first: id(1), lastPrefix: 4))
      _ = try open(bytes, wrong)
    }
    expect(.mismatched, "another count") {
      let (bytes, wrong) = try raw(rows, count: 2)
      _ = try open(bytes, wrong)
    }
  }

  @Test func rowsThatNoPageMayHaveAreRefused() throws {
    let row = { (number: UInt64) in id(number).bytes + key(1).copied }
    for (what, rows) in [
      ("out of order", [row(2), row(1)]), ("twice", [row(1), row(1)]),
      ("a key of zeros", [row(1), id(2).bytes + [UInt8](repeating: 0, count: 32)]),
    ] {
      expect(.malformed, "\(what)") {
        let (bytes, reference) = try raw(rows)
        _ = try open(bytes, reference)
      }
    }
    for count in [0, 4097] {
      expect(.malformed, "\(count) rows") {
        _ = try PageReference(
          digest: Digest.sha256(of: [1]), key: key(1), count: count, size: KeyPage.sealedSize(rows: count),
          range: nil
        ).check()
      }
    }
  }

  @Test func aDirectoryKeepsSubjectsUnderTokens() throws {
    var rows = NewRows(for: .directory)
    rows.add(token: id(5), subject: id(50))
    rows.add(token: id(3), subject: id(30))
    let page = try rows.sealed(vault: vault)[0]
    let opened = try open(page.bytes, page.reference, in: .directory)
    #expect(opened.subject(of: id(3)) == id(30) && opened.subject(of: id(5)) == id(50))
    #expect(opened.subject(of: id(4)) == nil)
    var keys = NewRows(for: .directory)
    keys.add(subject: id(1), key: key(1))
    expect(.malformed, "a key in the directory") { _ = try keys.sealed(vault: vault) }
  }
}

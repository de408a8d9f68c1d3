internal import Rules
import ArgumentParser
import Sealing
import Storage
import Vault

/// Certificates of erasures.
struct EraseCertificate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Write certificates of erasures: that it is done, and where it is still pending.",
    discussion: """
      Without a number, of all erasures that can't be taken back any more: another custodian compared the keyring, and the \
      older keys are removed from the vault. A place is confirmed once a custodian or an operator read it at level hash \
      since and found no older keys there. Each certificate is entered in the ledger, and written as JSON, as a page in \
      English and in Chinese, and with its proof. Written again it says how far it is by then. It names no customer: their \
      number stands on the page alone, by --customer or by hand.
      """)

  @Argument(help: "The numbers of their entries.")
  var numbers: [UInt64] = []

  @Option(name: .long, help: "The folder for them; by default 'erasures'.", completion: .directory)
  var out = OrderFiles.folder

  @Option(name: .long, help: "The customer's number, for the page of one erasure.")
  var customer: String?

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws {
    try Configuration.refuseEmpty(out)
    if customer != nil, numbers.count != 1 {
      throw ValidationError("--customer takes the number of one erasure")
    }
  }

  func run() async throws {
    try await vault.use(toWrite: true) { opened in
      try await keys.unlock(opened)
      // Who is asked for it may be the one who has yet to compare.
      await opened.compareWhereDue()
      if let customer, let number = numbers.first { try await opened.checkErased(customer, by: number) }
      var waiting = 0
      for number in try Self.wanted(numbers, opened) {
        do {
          let certificate = try await opened.certificate(ofErasure: number)
          let entry = try await opened.attest(certificate)
          let stem = try stem(certificate)
          try await write(certificate, to: stem, attested: entry, opened)
          tell(certificate, entry, file: stem + ".json", opened)
        } catch let error as VaultError
          where numbers.isEmpty && (error.code == .refused || error.code == .damaged)
        {
          waiting += 1
          let hint = error.hint.map { "; \($0.words)" } ?? ""
          Output.note("erasure \(number): \(Output.printable(error.what))\(hint)")
        }
      }
      if waiting > 0 {
        throw CommandExit.incomplete("\(Output.count(waiting, "erasure")) without a certificate yet")
      }
    }
  }

  private static func wanted(_ numbers: [UInt64], _ opened: OpenPlace) throws -> [UInt64] {
    guard numbers.isEmpty else { return numbers }
    let all = opened.state.erasures.values.filter { $0.ended == nil }.map(\.erased.number).sorted()
    if all.isEmpty { throw VaultError(.input, "nothing was erased", safe: "nothing was written") }
    return all
  }

  /// The file of a certificate without its ending; one of another erasure isn't replaced.
  private func stem(_ certificate: ErasureCertificate) throws -> String {
    let file = "\(out)/erasure-\(certificate.erasure).json"
    let free = try OrderFiles.free(file, limit: ErasureCertificate.limit) { bytes in
      guard let other = try? ErasureCertificate(bytes) else { return false }
      return other.vault == certificate.vault && other.erased == certificate.erased
        && other.by == certificate.by
    }
    return String(free.dropLast(".json".count))
  }

  private func write(
    _ certificate: ErasureCertificate, to stem: String, attested entry: UInt64, _ opened: OpenPlace
  ) async throws {
    try DurableFile.makeFolder(out)
    try DurableFile.replace(try certificate.encoded(), at: stem + ".json", mode: 0o644)
    for words in CertificateWords.all {
      let page = try CertificatePage.render(certificate, in: words, customer: customer)
      try DurableFile.replace(Array(page.utf8), at: "\(stem).\(words.tag).html", mode: 0o600)
    }
    let proof = try await opened.prove(entry: entry, document: try certificate.encoded())
    try DurableFile.replace(proof.bytes, at: stem + ".tlog-proof", mode: 0o644)
  }

  private func tell(
    _ certificate: ErasureCertificate, _ entry: UInt64, file: String, _ opened: OpenPlace
  ) {
    let pending = certificate.places.count { $0.state == .pending }
    if talk.json {
      return Output.item([
        "complete": .integer(certificate.isComplete ? 1 : 0), "entry": .integer(entry),
        "erasure": .integer(certificate.erasure), "file": .string(file),
        "pending": .integer(UInt64(pending)),
      ])
    }
    let state =
      pending == 0
      ? "complete" : "pending at \(pending) of \(Output.count(certificate.places.count, "place"))"
    Output.line("erasure \(certificate.erasure): \(state), attested by entry \(entry)")
    Output.line("  \(Output.printable(file)), .en.html, .zh.html, .tlog-proof")
    if certificate.boxesNotRead > 0 {
      let boxes = Output.count(certificate.boxesNotRead, "box")
      Output.line("  what is in \(boxes) that can't be read isn't counted")
    }
    for place in certificate.places where place.state == .pending {
      let id = place.place.prefix(8)
      let next =
        place.place == opened.state.home.hex
        ? "verify --level hash --enter, by a custodian or an operator"
        : "a snapshot to it once its hold-back is over, and then verify DESTINATION --level hash --enter"
      Output.line(
        "  pending: place \(id)\(place.place == opened.state.home.hex ? ", the vault" : ""): \(next)")
    }
  }
}

/// Compares a certificate with the ledger.
struct EraseCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Compute a certificate anew from the ledger, and compare.",
    discussion: """
      Ends with 2 where it says what the ledger doesn't, or where a place that it calls confirmed is pending again. For \
      custodians, who open the journal; what anybody can check without a key is its proof.
      """)

  @Argument(help: "The certificate, JSON.", completion: .file())
  var file: String

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    guard let bytes = try DurableFile.read(file, limit: ErasureCertificate.limit) else {
      throw VaultError(.input, "there is no file \(file)")
    }
    let given = try ErasureCertificate(bytes)
    try await vault.use { opened in
      try await keys.unlock(opened)
      guard given.vault == opened.state.vault.hex else {
        throw VaultError(.input, "the certificate is of another vault, \(given.vault)")
      }
      let known = opened.state.erasures[given.erasure]
      let isNewest = known?.certificate?.content.report == Digest.sha256(of: bytes)
      let now = try await opened.certificate(ofErasure: given.erasure)
      // What was left out of boxes since isn't there to be counted.
      let isMoved = opened.state.moved > given.removed
      let wrong = given.differences(from: now, isAttested: isNewest, isMoved: isMoved)
      let again = now.places.filter { place in
        place.state == .pending && given.places.contains { $0.place == place.place && $0.state != .pending }
      }
      // What wasn't compared is said, not passed over; where the ledger doesn't vouch for it, all was.
      let notRead = isNewest ? max(given.boxesNotRead, now.boxesNotRead) : 0
      if talk.json {
        Output.json([
          "boxes_not_read": .integer(UInt64(clamping: notRead)), "complete": .integer(now.isComplete ? 1 : 0),
          "erasure": .integer(given.erasure),
          "newest": .integer(isNewest ? 1 : 0), "pending_again": .array(again.map { .string($0.place) }),
          "wrong": .array(wrong.map { .string($0) }),
        ])
      } else {
        for name in wrong { Output.line("wrong: \(Output.printable(name))") }
        for place in again { Output.line("pending again: place \(place.place.prefix(8))") }
        if wrong.isEmpty {
          let rest = now.places.count { $0.state == .pending }
          Output.line(
            "erasure \(given.erasure): as the ledger says; \(rest == 0 ? "complete" : "pending at \(Output.count(rest, "place"))")"
          )
        }
        if isMoved { Output.note("bundles and bytes were not compared: boxes were moved since") }
        if notRead > 0 {
          Output.note(
            "bundles and bytes were not compared: what is in \(Output.count(notRead, "box")) couldn't be read, then or now"
          )
        }
        if !isNewest {
          Output.note("the ledger vouches for another certificate of it, or for none: write it again")
        }
      }
      if !wrong.isEmpty || !again.isEmpty {
        throw CommandExit(
          kind: .incomplete, what: "the certificate isn't what the ledger says",
          said: "the certificate isn't what the ledger says")
      }
    }
  }
}

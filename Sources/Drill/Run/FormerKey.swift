internal import Backup
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// Whether somebody who left still opens what was sealed since: somebody is granted every class, keeps all that they had,
/// and is revoked; then a record is sealed. All of it happens in the sandbox.
extension Recovery {
  func tryFormerKey(_ result: inout Result) async throws {
    let (sandbox, vault, key) = (sandbox, vault, key)
    result.measured.formerKeyOpened = try await result.timeline.doing(.former) {
      let home = try await OpenPlace.open(
        sandbox.home, in: sandbox.stranger, expecting: vault, toWrite: true)
      try await home.unlock(with: key)
      guard home.state.may(try home.writer().publicIdentity.id, .granted),
        home.state.may(try home.writer().publicIdentity.id, .sealed)
      else { throw Unfit.notAllowed("only a custodian can grant and revoke, and this identity is none") }
      let former = try Identity.generate()
      _ = try await home.grant(
        IdentityFile.Public(of: former), role: .clerk, classes: classes(of: home),
        label: "drill")
      let leaver = try await OpenPlace.open(sandbox.home, in: sandbox.stranger, expecting: vault)
      try await leaver.unlock(with: .identity(former))
      // A key that never opened anything shows nothing by not opening more.
      var opened: UInt64 = 0
      for box in leaver.state.liveBoxes().suffix(8) where opened == 0 {
        opened = try await leaver.checkBoxes([box]) { _, _ in }.records
      }
      guard opened > 0 else { throw Unfit.notAllowed("nothing is sealed yet that a key could open") }
      _ = try await home.revoke(former.publicIdentity.id, reason: "drill")
      let since = home.state.size
      let sealed = try await sealOne(in: home)
      let new = home.state.liveBoxes().filter { $0.entry >= since }
      let readable = try await home.checkBoxes(Array(new)) { _, _ in }
      guard sealed > 0, readable.records == sealed else {
        throw Unfit.notAllowed("records could not be sealed in the sandbox")
      }
      return try await opens(former, leaver, vault, since: since)
    }
  }

  /// The names of the classes that the policy has.
  private func classes(of home: OpenPlace) -> [String] {
    let names = home.classNames
    return home.state.policy.classes.compactMap { names[$0.id] }.sorted()
  }

  /// Seals a record in every class, and says how many that are.
  private func sealOne(in home: OpenPlace) async throws -> UInt64 {
    let folder = "\(sandbox.scratch.path)/sealed-since"
    for name in classes(of: home) {
      try DurableFile.makeFolder("\(folder)/\(name)/strongroom-drill")
      try DurableFile.writeNew(
        Array("sealed in a drill, in \(name)".utf8).span, to: "\(folder)/\(name)/strongroom-drill/record")
    }
    let layout = try SourceLayout(nil, className: nil, subject: nil)
    return try await home.seal([folder], layout: layout).new
  }

  /// Whether they open it: by the program, by the keyring as it is now, or by the keys that they kept.
  private func opens(
    _ former: Identity, _ leaver: OpenPlace, _ vault: Identifier, since: UInt64
  ) async throws -> Bool {
    let now = try await OpenPlace.open(sandbox.home, in: sandbox.stranger, expecting: vault)
    do {
      try await now.unlock(with: .identity(former))
      return true
    } catch let error as VaultError where error.code == .notGranted {}
    do {
      _ = try await OpenKeyring(former, state: now.state, files: KeyringFiles(now.place.store))
      return true
    } catch let error as VaultError where error.code == .notGranted || error.code == .wrongKey {}
    try await leaver.ledger.catchUp()
    let new = leaver.state.liveBoxes().filter { $0.entry >= since }
    let check = try await leaver.checkBoxes(Array(new)) { _, _ in }
    return check.records > 0
  }
}

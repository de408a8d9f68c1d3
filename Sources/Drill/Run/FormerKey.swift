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
      _ = try await home.revoke(former.publicIdentity.id, reason: "drill")
      let since = home.state.size
      try await sealOne(in: home)
      return try await opens(former, leaver, vault, since: since)
    }
  }

  /// The names of the classes that the policy has.
  private func classes(of home: OpenPlace) -> [String] {
    let names = home.classNames
    return home.state.policy.classes.compactMap { names[$0.id] }.sorted()
  }

  private func sealOne(in home: OpenPlace) async throws {
    guard let name = classes(of: home).first else { return }
    let folder = "\(sandbox.scratch.path)/sealed-since"
    try DurableFile.makeFolder("\(folder)/\(name)/strongroom-drill")
    try DurableFile.writeNew(
      Array("sealed in a drill".utf8).span, to: "\(folder)/\(name)/strongroom-drill/record")
    let sealed = try await home.seal([folder], layout: SourceLayout(nil, className: nil, subject: nil))
    guard sealed.new == 1 else { throw Unfit.notAllowed("a record could not be sealed in the sandbox") }
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
    if (try? await OpenKeyring(former, state: now.state, files: KeyringFiles(now.place.store))) != nil {
      return true
    }
    try await leaver.ledger.catchUp()
    let new = leaver.state.liveBoxes().filter { $0.entry >= since }
    let check = try await leaver.checkBoxes(Array(new)) { _, _ in }
    return check.records > 0
  }
}

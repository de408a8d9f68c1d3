internal import Rules
import ArgumentParser
import Sealing
import Vault

/// What records are read for, where the policy has reads entered.
struct PurposeOption: ParsableArguments {
  @Option(name: .long, help: "What for; entered (sealed) where the policy has reads entered.")
  var purpose = ""
}

/// Whose records a command opened, so that it can be entered when it ends.
struct AccessNote {
  /// More than an entry names.
  private static let most = 201

  private let isWanted: Bool
  private var classes: Set<Identifier> = []
  private var subjects: Set<Identifier> = []
  private(set) var records: UInt64 = 0

  /// - Parameter quiet: whether it goes unsaid that nothing can be entered at a copy.
  init(_ opened: OpenPlace, quiet: Bool) {
    isWanted = opened.entersAccess
    if !isWanted, opened.state.policy.entersAccess {
      Output.warn(.notEntered, "what is read at a copy can't be entered in the vault's ledger", quiet: quiet)
    }
  }

  /// Takes in what is shown.
  mutating func take(_ found: [FoundRecord]) {
    guard isWanted else { return }
    records += UInt64(found.count)
    for one in found where subjects.count < Self.most {
      classes.insert(one.classID)
      subjects.insert(one.subject)
    }
  }

  /// Enters it, where anything was opened.
  func enter(_ how: AccessTerms.How, for purpose: String, in opened: OpenPlace) async throws {
    guard isWanted, records > 0 else { return }
    // Where there are too many to name, classes aren't whole either.
    let isAll = subjects.count >= Self.most
    let terms = AccessTerms(
      classes: isAll ? [] : classes.sorted(), subjects: isAll ? [] : subjects.sorted(), how: how,
      purpose: purpose)
    do {
      try await opened.enterAccess(terms, records: records)
    } catch let error as VaultError {
      throw VaultError(
        error.code, "what was read could not be entered: \(error.what)", safe: "nothing else was written",
        hint: error.hint)
    }
  }
}

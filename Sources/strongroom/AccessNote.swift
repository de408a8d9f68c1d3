internal import Rules
import ArgumentParser
import Sealing
import Vault

/// What records are read for, where the policy has reads entered.
struct PurposeOption: ParsableArguments {
  @Option(name: .long, help: "What for; entered (sealed) where the policy has reads entered.")
  var purpose = ""

  func validate() throws {
    // Said before anything is read: afterwards it would be too late.
    guard purpose.utf8.count <= AccessTerms.purposeLimit else {
      throw ValidationError("--purpose takes at most \(AccessTerms.purposeLimit) bytes")
    }
  }
}

/// Whose records a command opened, so that it can be entered when it ends.
struct AccessNote {
  /// More than an entry names.
  private static let most = AccessTerms.mostSubjects + 1

  private let isWanted: Bool
  private var classes: Set<Identifier> = []
  private var subjects: Set<Identifier> = []
  private var isEverybody = false
  private var records: UInt64 = 0

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

  /// Takes in that it may be anybody's, of a class or of all.
  mutating func takeEverybody(in classID: Identifier?) {
    isEverybody = true
    classes = classID.map { [$0] } ?? []
  }

  /// The same after a failure, which it doesn't take the place of.
  func enterBroken(
    _ how: AccessTerms.How, for purpose: String, records: UInt64? = nil, in opened: OpenPlace
  ) async {
    do { try await enter(how, for: purpose, records: records, in: opened) } catch {
      Output.warn(.notEntered, "\(error)")
    }
  }

  /// Enters it, where anything was opened.
  /// - Parameter records: how many; by default those that were taken in.
  func enter(
    _ how: AccessTerms.How, for purpose: String, records: UInt64? = nil, in opened: OpenPlace
  ) async throws {
    let records = records ?? self.records
    guard isWanted, records > 0 else { return }
    // Where there are too many to name, classes aren't whole either.
    let isAll = !isEverybody && subjects.count >= Self.most
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

import ArgumentParser
import Storage
import Vault

/// A new place for several accounts.
struct GroupOption: ParsableArguments {
  @Option(
    name: .long,
    help:
      "Make the new folder for the accounts of this group, yours among them: they all may write there, and nobody else. The folder above it must be there, and one that they may pass."
  )
  var group: String?

  /// What the place that is made shall be; nil where nobody said.
  func sharing(_ location: Location) throws(VaultError) -> NewSharedPlace? {
    guard let group else { return nil }
    guard let number = SharedFolder.group(group) else {
      throw VaultError(
        .input, "there is no group '\(group)'", safe: "nothing was made",
        hint: "groupadd makes one, and usermod -aG GROUP ACCOUNT puts accounts into it")
    }
    return NewSharedPlace(location: location, group: number)
  }
}

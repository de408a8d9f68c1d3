import ArgumentParser

/// How commands erase.
struct ErasingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "The folder for orders, by which it is done again after a loss; by default 'erasures'.",
    completion: .directory)
  var out = OrderFiles.folder

  @Flag(name: .long, help: "Say what would be erased, and change nothing.")
  var dryRun = false

  @Flag(name: .long, help: "Don't ask.")
  var yes = false

  func validate() throws { try Configuration.refuseEmpty(out) }
}

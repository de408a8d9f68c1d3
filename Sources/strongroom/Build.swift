import CBuild

/// From what the program was built.
enum Build {
  /// The commit, followed by "+" where files were changed since; "unknown" outside of a repository.
  static let commit = unsafe String(cString: strongroom_commit())
}

internal import Storage

/// Where keys come from, each time that they are needed anew.
enum CredentialOrigin: Sendable {
  /// Out of the environment, once and for all.
  case keys(S3Credentials)
  /// Out of the profile files.
  case profile(String, ProfilePaths, S3Files)

  /// `profileIsSaid`: whoever names a profile doesn't mean the environment's keys.
  init(
    profileIsSaid: Bool, environment: [String: String], profile: String, paths: ProfilePaths, files: S3Files
  ) {
    if !profileIsSaid, let key = environment["AWS_ACCESS_KEY_ID"],
      let secret = environment["AWS_SECRET_ACCESS_KEY"]
    {
      self = .keys(
        S3Credentials(accessKey: key, secretKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"]))
    } else {
      self = .profile(profile, paths, files)
    }
  }

  /// Whether asking again may bring others.
  var mayChange: Bool {
    switch self {
    case .keys: false
    case .profile: true
    }
  }

  /// Gets them.
  func credentials() async throws(StorageError) -> S3Credentials {
    switch self {
    case .keys(let keys): return keys
    case .profile(let name, let paths, let files):
      let inConfig = try files.profiles(paths.config).profile(name) ?? [:]
      // What the file for keys says goes before what the other one says.
      let said = inConfig.merging(try files.profiles(paths.credentials).profile(name) ?? [:]) { $1 }
      if let key = said["aws_access_key_id"], let secret = said["aws_secret_access_key"] {
        return S3Credentials(accessKey: key, secretKey: secret, sessionToken: said["aws_session_token"])
      }
      if let command = said["credential_process"] { return try await CredentialProcess(command).run() }
      let needs = ["role_arn", "sso_session", "sso_start_url", "web_identity_token_file"].first {
        said[$0] != nil
      }
      throw StorageError(
        .denied, "use", "profile \(name)",
        reason: needs.map { "it has \($0), which isn't understood here" } ?? "it has no keys",
        hint: needs == nil
          ? "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has them"
          : "name a profile whose credential_process prints such keys: aws configure export-credentials does")
    }
  }
}

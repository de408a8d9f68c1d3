public import Storage

/// How files of settings are read; tests have none on a disk.
public struct S3Files: Sendable {
  let read: @Sendable (String) throws(StorageError) -> [UInt8]?

  /// Reads by a function: the whole file, nil where there is none.
  package init(_ read: @escaping @Sendable (String) throws(StorageError) -> [UInt8]?) { self.read = read }

  /// The machine's own files.
  public static let system = S3Files { (path) throws(StorageError) in try CacheFile.read(path, limit: 1 << 20)
  }

  func profiles(_ path: String?) throws(StorageError) -> ProfileFile {
    guard let path, let bytes = try read(path) else { return ProfileFile("") }
    return ProfileFile(String(decoding: bytes, as: UTF8.self))
  }
}

/// Where a server is and how it is spoken to: options, then the usual variables, then the profile files.
public struct S3Settings: Sendable {
  let endpoint: Endpoint
  let region: String
  let style: S3Style
  let caFile: String?
  let concurrency: Int
  let patience: S3Patience
  let retries: S3Retries
  let putIfAbsent: S3PutIfAbsent
  let partsFrom: UInt64
  let origin: CredentialOrigin
  /// Whether it is AWS itself, by no endpoint of somebody's.
  let isAWS: Bool

  /// Puts together what is said, in the environment and in files.
  /// - Parameter environment: the process's variables.
  /// - Throws: where something is lacking or can't be meant.
  public init(
    _ options: S3Options = S3Options(), environment: [String: String], files: S3Files = .system
  ) throws(StorageError) {
    let said = environment.filter { !$0.value.isEmpty }
    let home = said["HOME"].map { $0 + "/.aws/" }
    let paths = ProfilePaths(
      credentials: said["AWS_SHARED_CREDENTIALS_FILE"] ?? home.map { $0 + "credentials" },
      config: said["AWS_CONFIG_FILE"] ?? home.map { $0 + "config" })
    let name = options.profile ?? said["AWS_PROFILE"] ?? "default"
    let config = try files.profiles(paths.config)
    let profile = config.profile(name) ?? [:]
    let services = profile["services"].flatMap { config.sections["services \($0)"] } ?? [:]

    let address =
      options.endpoint ?? said["AWS_ENDPOINT_URL_S3"] ?? said["AWS_ENDPOINT_URL"] ?? services[
        "s3.endpoint_url"]
      ?? profile["s3.endpoint_url"] ?? profile["endpoint_url"]
    let region = options.region ?? said["AWS_REGION"] ?? said["AWS_DEFAULT_REGION"] ?? profile["region"]
    if let region, region.wholeMatch(of: /[A-Za-z0-9\-_]{1,64}/) == nil {
      throw StorageError(.badName, "use", region, reason: "a region has letters, digits, \"-\" and \"_\"")
    }
    if let address {
      endpoint = try Endpoint(address, allowsPlain: options.allowsPlainHTTP)
      self.region = region ?? "us-east-1"
    } else if let region {
      endpoint = .aws(region)
      self.region = region
    } else {
      throw StorageError(
        .badName, "use", "a bucket", reason: "neither an endpoint nor a region is said",
        hint: "set AWS_ENDPOINT_URL_S3 to the server's address, or AWS_REGION for a bucket at AWS")
    }
    isAWS = address == nil
    style = options.style ?? (address == nil ? .virtualHost : .path)
    caFile = options.caFile ?? said["AWS_CA_BUNDLE"] ?? profile["ca_bundle"]
    concurrency = min(max(1, options.concurrency), 256)
    patience = options.patience
    retries = options.retries
    putIfAbsent = options.putIfAbsent
    partsFrom = max(options.partsFrom, Parts.smallest)
    origin = CredentialOrigin(
      profileIsSaid: options.profile != nil, environment: said, profile: name, paths: paths, files: files)
  }
}

/// Where the profile files are; nil where nobody says, and there is no home.
struct ProfilePaths: Sendable {
  let credentials: String?
  let config: String?
}

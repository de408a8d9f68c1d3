import Foundation
import Storage
import TestKit
import Testing

@testable import S3

private func files(_ texts: [String: String]) -> S3Files {
  S3Files { (path) throws(StorageError) in texts[path].map { Array($0.utf8) } }
}

private let config = """
  # a comment
  [default]
  region = eu-west-1
  [profile ann]
  region=eu-central-1
  endpoint_url = https://plain.example
  services = here
  ca_bundle = /ca.pem
  [services here]
  dynamodb =
    endpoint_url = https://no.example
  s3 =
    endpoint_url = https://s3.example:9000/
    addressing_style = path
  [profile role]
  role_arn = arn:aws:iam::1:role/x
  source_profile = default
  """

@Suite struct SettingsTests {
  private func settings(
    _ environment: [String: String], _ change: (inout S3Options) -> Void = { _ in },
    _ texts: [String: String] = [:]
  ) throws(StorageError) -> S3Settings {
    var options = S3Options()
    change(&options)
    return try S3Settings(options, environment: environment, files: files(texts))
  }

  @Test func whatIsSaidGoesFirst() throws {
    let environment = [
      "AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "us-west-2",
      "AWS_ENDPOINT_URL_S3": "https://one.example",
      "AWS_ENDPOINT_URL": "https://two.example", "AWS_CA_BUNDLE": "/env.pem", "HOME": "/h",
      "AWS_PROFILE": "ann",
    ]
    let texts = ["/h/.aws/config": config]
    let said = try settings(
      environment,
      {
        $0.endpoint = "http://localhost:7480"; $0.region = "r"; $0.caFile = "/x"
      }, texts)
    #expect(said.endpoint.base() == "http://localhost:7480" && said.region == "r" && said.caFile == "/x")
    let byEnvironment = try settings(environment, { _ in }, texts)
    #expect(byEnvironment.endpoint.base() == "https://one.example" && byEnvironment.region == "eu-north-1")
    #expect(byEnvironment.caFile == "/env.pem" && byEnvironment.style == .path)
    #expect(
      try settings(environment.filter { $0.key != "AWS_ENDPOINT_URL_S3" }).endpoint.host == "two.example")
    let byProfile = try settings(["HOME": "/h", "AWS_PROFILE": "ann"], { _ in }, texts)
    #expect(byProfile.endpoint.base() == "https://s3.example:9000" && byProfile.region == "eu-central-1")
    #expect(byProfile.caFile == "/ca.pem")
    let elsewhere = try settings(["AWS_CONFIG_FILE": "/c"], { $0.profile = "ann" }, ["/c": config])
    #expect(elsewhere.endpoint.host == "s3.example")
  }

  @Test func withoutAnEndpointItIsAWS() throws {
    let aws = try settings(["AWS_DEFAULT_REGION": "eu-central-1"])
    #expect(aws.endpoint.base("b") == "https://b.s3.eu-central-1.amazonaws.com" && aws.style == .virtualHost)
    #expect(try settings(["AWS_REGION": "cn-north-1"]).endpoint.host == "s3.cn-north-1.amazonaws.com.cn")
    #expect(throws: StorageError(.badName, "", "")) { try settings([:]) }
    #expect(throws: StorageError(.badName, "", "")) { try settings(["AWS_REGION": "eu/x"]) }
    #expect(try settings(["AWS_ENDPOINT_URL": "https://x"]).region == "us-east-1")
  }

  @Test(arguments: [
    ("https://a.example", "https://a.example"), ("https://A.example:443/", "https://a.example"),
    ("http://127.0.0.1:80", "http://127.0.0.1"), ("https://[::1]:9000", "https://[::1]:9000"),
    ("http://localhost:1", "http://localhost:1"), ("http://x.localhost", "http://x.localhost"),
    ("http://[::1]", "http://[::1]"),
  ])
  func endpoints(_ text: String, _ base: String) throws {
    #expect(try Endpoint(text, allowsPlain: false).base() == base)
  }

  @Test(arguments: [
    "", "a.example", "ftp://a", "https://", "https://a/b", "https://a?x", "https://a:0", "https://a:65536",
    "https://user:secret@a", "https://a b", "https://-a", "https://a\n", "https://ä",
  ])
  func noEndpoints(_ text: String) async {
    let error = await failure { _ = try Endpoint(text, allowsPlain: true) }
    #expect(error?.code == .badName && error.map { !"\($0)".contains("secret") } == true)
  }

  @Test func plainHTTPIsOnlyForThisMachine() throws {
    #expect(throws: StorageError(.denied, "", "")) { try Endpoint("http://a.example", allowsPlain: false) }
    #expect(throws: StorageError(.denied, "", "")) {
      try Endpoint("http://localhost.example", allowsPlain: false)
    }
    #expect(try Endpoint("http://a.example", allowsPlain: true).base() == "http://a.example")
  }
}

@Suite struct CredentialTests {
  private func keys(
    _ environment: [String: String], profile: String? = nil, _ texts: [String: String] = [:]
  ) async throws(StorageError) -> S3Credentials {
    var options = S3Options()
    options.region = "r"
    options.profile = profile
    return try await S3Settings(
      options, environment: environment.merging(["HOME": "/h"]) { $1 }, files: files(texts)
    ).origin.credentials()
  }

  private let both = ["AWS_ACCESS_KEY_ID": "EA", "AWS_SECRET_ACCESS_KEY": "ES", "AWS_SESSION_TOKEN": "ET"]

  @Test func theEnvironmentGoesBeforeProfiles() async throws {
    let texts = [
      "/h/.aws/credentials":
        "[default]\naws_access_key_id = A\naws_secret_access_key = S=\n[ann]\naws_access_key_id=B\naws_secret_access_key=T#;\naws_session_token=U",
      "/h/.aws/config": "[profile ann]\naws_access_key_id = no\naws_secret_access_key = no\n",
    ]
    let environment = try await keys(both, texts)
    #expect(environment == S3Credentials(accessKey: "EA", secretKey: "ES", sessionToken: "ET"))
    #expect(try await keys([:], texts) == S3Credentials(accessKey: "A", secretKey: "S="))
    let ann = S3Credentials(accessKey: "B", secretKey: "T#;", sessionToken: "U")
    #expect(try await keys(["AWS_PROFILE": "ann"], texts) == ann)
    // Whoever names a profile means it.
    #expect(try await keys(both, profile: "ann", texts) == ann)
    #expect(try await keys(both.merging(["AWS_PROFILE": "ann"]) { $1 }, texts).accessKey == "EA")
  }

  @Test func whatIsLackingIsSaid() async {
    let none = await failure { _ = try await keys([:]) }
    #expect(none?.code == .denied && none?.reason == "it has no keys")
    let role = await failure { _ = try await keys([:], profile: "role", ["/h/.aws/config": config]) }
    #expect(role?.reason.contains("role_arn") == true && role?.hint?.contains("credential_process") == true)
  }

  @Test(.enabled(if: TestServer.isQuiet, TestServer.whyQuiet)) func programsGiveKeys() async throws {
    let scratch = Scratch()
    let program = scratch.at("give keys")
    Files.write(
      "#!/bin/sh\necho '{\"Version\": 1, \"AccessKeyId\": \"PA\", \"SecretAccessKey\": \"PS\", \"SessionToken\": \"PT\", \"Expiration\": \"2026-09-21T14:13:20Z\"}'\n",
      to: program, mode: 0o755)
    let texts = ["/h/.aws/config": "[default]\ncredential_process = \"\(program)\" --x 'a b'\n"]
    #expect(
      try await keys([:], texts)
        == S3Credentials(accessKey: "PA", secretKey: "PS", sessionToken: "PT", expires: 1_790_000_000))
  }

  @Test(
    .enabled(if: TestServer.isQuiet, TestServer.whyQuiet),
    arguments: [
      "exit 3", "echo nothing", "echo '{\"Version\": 2}'", "cat /dev/zero", "exec sleep 1000",
      "echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hidden\",\"Expiration\":\"soon\"}'",
    ])
  func programsThatDont(_ script: String) async throws {
    let scratch = Scratch()
    Files.write("#!/bin/sh\n\(script)\n", to: scratch.at("p"), mode: 0o755)
    let error = await failure { _ = try await CredentialProcess(scratch.at("p"), patience: 1).run() }
    #expect(error?.code == .denied && error.map { !"\($0)".contains("hidden") } == true)
  }

  @Test func commandsArePartedAsAShellDoes() {
    #expect(
      CredentialProcess.split(#"a "b c" 'd "e' f\ g "h\"i\\j\k" '' "#) == [
        "a", "b c", "d \"e", "f g", "h\"i\\j\\k", "",
      ])
    #expect(CredentialProcess.split("  ") == [])
    for bad in ["a 'b", "a \"b", "a\\"] { #expect(CredentialProcess.split(bad) == nil) }
  }

  @Test(.enabled(if: TestServer.isQuiet, TestServer.whyQuiet)) func endingKeysAreReadAnew() async throws {
    let quick = Quick()
    let count = Shared(0)
    let counting = S3Files { (path) throws(StorageError) in
      guard path.hasSuffix("credentials") else { return nil }
      let number = count.change { (count) -> Int in
        count += 1
        return count
      }
      return Array("[default]\naws_access_key_id = A\(number)\naws_secret_access_key = S".utf8)
    }
    let paths = ProfilePaths(credentials: "/credentials", config: nil)
    let keeper = CredentialKeeper(.profile("default", paths, counting)) { quick.now }
    let first = try await keeper.current()
    #expect(first.accessKey == "A1")
    #expect(try await keeper.current() == first)
    #expect(keeper.ended(first))
    #expect(try await keeper.current().accessKey == "A2")
    // Of keys that are no longer used nothing is to be renewed.
    #expect(keeper.ended(first))
    #expect(try await keeper.current().accessKey == "A2")
    let fixed = CredentialKeeper(.keys(first)) { quick.now }
    #expect(!fixed.ended(first))
  }

  @Test func keysThatEndSoonArentGood() {
    let keys = S3Credentials(accessKey: "A", secretKey: "S", expires: 1000)
    #expect(keys.areGood(at: 800) && !keys.areGood(at: 900) && !keys.areGood(at: 2000))
  }
}

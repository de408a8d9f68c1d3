import Storage
import Testing

@Suite struct BucketAddressTests {
  @Test(arguments: [
    ("s3://abc", "abc", ""), ("s3://abc/", "abc", ""), ("s3://a-b.c9/archive", "a-b.c9", "archive"),
    ("s3://abc/a/b c/ü~'!*()%2F?#&+=@:\\", "abc", "a/b c/ü~'!*()%2F?#&+=@:\\"), ("s3://abc/a/", "abc", "a"),
    ("s3://abc/.a/..b/...", "abc", ".a/..b/..."),
    (
      "s3://" + String(repeating: "x", count: 63) + "/" + String(repeating: "é", count: 250),
      String(repeating: "x", count: 63), String(repeating: "é", count: 250)
    ),
  ])
  func allowed(_ text: String, _ bucket: String, _ prefix: String) throws {
    let address = try BucketAddress(text)
    #expect(address.bucket == bucket && address.prefix == prefix)
    #expect(address.description == (text.hasSuffix("/") ? String(text.dropLast()) : text))
    #expect(try BucketAddress(address.description) == address)
    #expect(address.key("ledger/1") == (prefix.isEmpty ? "ledger/1" : prefix + "/ledger/1"))
  }

  @Test(arguments: [
    "", "s3:", "s3:/abc/x", "S3://abc", "http://abc", "s3://", "s3:///x", "s3://ab", "s3://Abc", "s3://a_b",
    "s3://" + String(repeating: "x", count: 64), "s3://-abc", "s3://abc-", "s3://a..b", "s3://a.-b",
    "s3://.abc",
    "s3://192.168.0.1", "s3://äbc", "s3://abc:80/x", "s3://abc//", "s3://abc//x", "s3://abc/x//y",
    "s3://abc/x//",
    "s3://abc/.", "s3://abc/../x", "s3://abc/x/./y", "s3://abc/x/..", "s3://abc/a\nb", "s3://abc/a\0",
    "s3://abc/a\u{7f}", "s3://abc/\u{85}", "s3://abc/" + String(repeating: "é", count: 251), "folder",
    "./s3://abc",
  ])
  func refused(_ text: String) {
    #expect(throws: StorageError(.badName, "", "")) { try BucketAddress(text) }
  }

  @Test func noErrorRepeatsAKey() {
    do {
      _ = try BucketAddress("s3://AKIDEXAMPLE:SecretKey@bucket/x")
      Issue.record("taken")
    } catch {
      #expect(!"\(error)".contains("SecretKey") && !"\(error)".contains("AKID"))
    }
  }

  @Test(arguments: [
    ("s3://abc/a/b", "s3://abc/a", true), ("s3://abc/a", "s3://abc/a/", true),
    ("s3://abc/ab", "s3://abc/a", false),
    ("s3://abc/a", "s3://abc/a/b", false), ("s3://abc/a", "s3://abc", true),
    ("s3://abc", "s3://abc/a", false),
    ("s3://abd/a", "s3://abc", false), ("s3://abc/e\u{301}/x", "s3://abc/\u{e9}", false),
  ])
  func liesWithin(_ inner: String, _ outer: String, _ lies: Bool) throws {
    #expect(try BucketAddress(inner).lies(within: BucketAddress(outer)) == lies)
  }

  @Test func differsByBytes() throws {
    let (one, two) = (try BucketAddress("s3://abc/\u{e9}"), try BucketAddress("s3://abc/e\u{301}"))
    #expect(one != two && Set([one, two]).count == 2)
  }
}

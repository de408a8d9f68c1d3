import Foundation
import TestKit
import Testing

@testable import S3

/// A request and what signs it, as the oracle reads it too.
private struct Case: Codable {
  var method: String
  var url: String
  var headers: [String: String] = [:]
  /// In hexadecimal.
  var body = ""
  var access = "strongroom"
  var secret = "strongroom-secret"
  var token: String?
  var region = "us-east-1"
  var time: Int64 = 1_790_000_000

  /// The same, by our signature.
  func signed(_ host: String, _ path: String, _ query: [Field]) -> [String: String] {
    let bytes = stride(from: 0, to: body.count, by: 2).map { index in
      UInt8(body.dropFirst(index).prefix(2), radix: 16) ?? 0
    }
    let signature = Signature(
      method: method, path: path, query: query,
      headers: [Field("Host", host)] + headers.map { Field($0.key, $0.value) },
      bodyDigest: CallBody(bytes).digest, region: region, time: time)
    let added = signature.headers(
      by: S3Credentials(accessKey: access, secretKey: secret, sessionToken: token))
    return Dictionary(added.map { ($0.name, $0.value) }) { $1 }
  }
}

@Suite struct SignatureTests {
  /// Worked out by botocore 1.43.
  @Test func signsAsOthersDo() {
    let plain = Case(
      method: "GET", url: "", access: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      region: "eu-central-1", time: 1_440_938_160
    ).signed("strongroom.s3.eu-central-1.amazonaws.com", "/boxes/ab/0123", [])
    #expect(plain["x-amz-date"] == "20150830T123600Z")
    #expect(
      plain["authorization"]
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=600ce4183df26b9019e84549cab9845a70a00aac9b433f60404e9a9387cd703d"
    )
    let put = Case(
      method: "PUT", url: "",
      headers: [
        "if-none-match": "*", "content-md5": "XUFAKrxLKna5cZ2REBfFkg==", "x-amz-meta-strongroom-put": "00ff",
      ], body: "68656c6c6f"
    ).signed("127.0.0.1:7480", "/bucket/" + URIText.encoded("odd ü+/k'()*~x", keepingSlashes: true), [])
    #expect(
      put["authorization"]?.hasSuffix("361c5cb85a83e804cee84499308d34a312d506850e949b7f5e27660049d619ef")
        == true)
    let listing = Case(method: "GET", url: "", token: "to/ken+==", time: 951_782_400).signed(
      "127.0.0.1:7480", "/bucket",
      [
        Field("list-type", "2"), Field("prefix", "a/b c/"), Field("delimiter", "/"),
        Field("encoding-type", "url"),
        Field("continuation-token", "x=="),
      ])
    #expect(listing["x-amz-security-token"] == "to/ken+==")
    #expect(
      listing["authorization"]?.hasSuffix("a07138b01b2df294e6134f5b09fc9ddfe773ad159191644d826181d35a81fe3b")
        == true)
    let begin = Case(method: "POST", url: "").signed("h.example", "/bucket/k", [Field("uploads")])
    #expect(
      begin["authorization"]?.hasSuffix("f0e0128c6372d7bd58a4bc8584d85634d42dee1a9410972ee7706267ce7a3d43")
        == true)
  }

  /// Requests by chance, beside botocore's signer.
  @Test(.enabled(if: getenv("STRONGROOM_TEST_PYTHON") != nil, TestServer.why)) func signsAsBotocoreDoes()
    throws
  {
    var dice = Dice(7, "signatures")
    let letters: [Character] = Array("abcXYZ019-._~ /+&=?#%!*'()@:;,$äé\u{301}漢😀\\\"<>[]{}|^`")
    func word(_ most: UInt64, _ more: String = "") -> String {
      more + String((0..<dice.roll(most)).map { _ in letters[Int(dice.roll(UInt64(letters.count)))] })
    }
    var cases: [Case] = []
    var ours: [[String: String]] = []
    for _ in 0..<300 {
      let path = "/bucket/" + URIText.encoded(word(30, "k"), keepingSlashes: true)
      let query = (0..<dice.roll(4)).map { Field("q\($0)", word(10)) }
      let text = Signature.canonical(query)
      var one = Case(
        method: ["GET", "PUT", "HEAD", "POST", "DELETE"][Int(dice.roll(5))],
        url: "https://host.example:8443" + path + (text.isEmpty ? "" : "?" + text))
      one.headers = ["x-amz-meta-a": "b  c", "range": "bytes=0-\(dice.roll(100))"]
      one.body = URIText.hex(dice.noise(Int(dice.roll(50))))
      one.secret = URIText.hex(dice.noise(20))
      one.token = dice.roll(2) == 0 ? nil : URIText.hex(dice.noise(30))
      one.time = Int64(dice.roll(4_000_000_000))
      cases.append(one)
      ours.append(one.signed("host.example:8443", path, query))
    }
    let theirs = try Servers.run("signer.py", JSONEncoder().encode(cases))
    let decoded = try JSONDecoder().decode([[String: String]].self, from: theirs)
    #expect(decoded.count == cases.count)
    for (index, (our, their)) in zip(ours, decoded).enumerated() {
      for (name, value) in our { #expect(their[name] == value, "\(cases[index].url) \(name)") }
    }
  }

  @Test func secretsArentShown() {
    let keys = S3Credentials(
      accessKey: "AKID", secretKey: "very-secret", sessionToken: "tok-secret", expires: 5)
    var dumped = ""
    dump(keys, to: &dumped)
    for text in ["\(keys)", String(reflecting: keys), dumped, "\([keys])", "\(Optional(keys) as Any)"] {
      #expect(!text.contains("secret") && text.contains("AKID"), "\(text)")
    }
  }
}

import Foundation
import Testing

@testable import Sealing

/// One of the published vectors of SLIP-39: shares, and the secret that they give with the passphrase `TREZOR`; empty where
/// they must be refused.
private struct ShareVector: Decodable, CustomTestStringConvertible {
  let description: String
  let shares: [String]
  let secret: String

  init(from decoder: any Decoder) throws {
    var members = try decoder.unkeyedContainer()
    description = try members.decode(String.self)
    shares = try members.decode([String].self)
    secret = try members.decode(String.self)
  }

  var testDescription: String { description }

  static let file = "slip39/vectors.json"
  static let all = Published.read(file, as: [ShareVector].self) ?? []

  /// Why a vector must be refused, by what its description says.
  var refusal: ShareError.Code? {
    guard secret.isEmpty else { return nil }
    let reasons: [(String, ShareError.Code)] = [
      ("checksum", .checksum), ("padding", .malformed), ("greater group threshold", .malformed),
      ("different", .mixed), ("mismatching", .mixed), ("duplicate", .mixed), ("digest", .inconsistent),
      ("length", .length), ("nsufficient number", .tooFew), ("Basic sharing", .tooFew),
    ]
    return reasons.first { description.contains($0.0) }?.1
  }
}

@Suite struct ShareVectorTests {
  private func secret(of vector: ShareVector) throws -> Secret {
    let text = Secret(copying: Array(vector.shares.joined(separator: "\n").utf8))
    return try ShareSet(ShareText.shares(in: text)).secret(passphrase: Secret(copying: Array("TREZOR".utf8)))
  }

  @Test(.publishedBesideTheProject(ShareVector.file)) func allAreThere() {
    #expect(ShareVector.all.count == 45)
    #expect(ShareVector.all.count { $0.secret.isEmpty } == 30)
  }

  @Test(.publishedBesideTheProject(ShareVector.file), arguments: ShareVector.all)
  fileprivate func published(_ vector: ShareVector) throws {
    guard vector.secret.isEmpty else {
      let secret = try secret(of: vector)
      #expect(secret == Secret(copying: try #require(Hex.decode(vector.secret))))
      return
    }
    let expected = try #require(vector.refusal)
    do {
      _ = try secret(of: vector)
      Issue.record("shares that must be refused gave a secret")
    } catch let error as ShareError {
      #expect(error.code == expected, "\(error)")
    }
  }

  /// What is read is written again word for word.
  @Test(
    .publishedBesideTheProject(ShareVector.file), arguments: ShareVector.all.filter { !$0.secret.isEmpty })
  fileprivate func writtenAgain(_ vector: ShareVector) throws {
    for text in vector.shares {
      let share = try #require(try ShareText.shares(in: Secret(copying: Array(text.utf8))).first)
      #expect(share.text == Secret(copying: Array(text.utf8)))
      #expect(text.hasPrefix(share.setName + " "))
    }
  }
}

import Foundation
import TestKit
import Testing

@testable import Vault

/// `Keys/policy.json` is what `init` starts from: there is no second place where its values stand.
struct StartingPolicyTests {
  @Test func aNewVaultHasThePolicyOfTheFile() async throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = try Data(contentsOf: root.appending(path: "Keys/policy.json"))
    let wanted = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
    let opened = try await Scene().open()
    let policy = opened.state.policy
    let names = Dictionary(
      uniqueKeysWithValues: try opened.unlocked().classes.map { ($0.id, $0.name) })
    var classes: [String: UInt64] = [:]
    for row in policy.classes { classes[names[row.id] ?? "?"] = row.years }
    let rows = try #require(wanted["classes"] as? [[String: Any]])
    #expect(
      classes
        == Dictionary(
          uniqueKeysWithValues: try rows.map {
            (try #require($0["name"] as? String), try #require($0["years"] as? UInt64))
          }))
    #expect(policy.entersAccess == (wanted["access"] as? UInt64 == 1))
    #expect(policy.schedule.rehearseDays == wanted["rehearse"] as? UInt64)
    #expect(policy.clockLead == wanted["ahead"] as? UInt64)
    #expect(policy.cryptoperiod == wanted["cryptoperiod"] as? UInt64)
    #expect(policy.fourEyes.map(\.rawValue) == wanted["eyes"] as? [String])
    #expect(policy.holdback == wanted["holdback"] as? UInt64)
    #expect(policy.erasePercent == wanted["limit"] as? UInt64)
    #expect(policy.schedule.destinations == wanted["destinations"] as? UInt64)
    #expect(policy.schedule.drillDays == wanted["drill"] as? UInt64)
    #expect(policy.schedule.snapshotHours == wanted["snapshot"] as? UInt64)
    #expect(policy.schedule.verifyDays == wanted["verify"] as? UInt64)
    #expect(
      Set(wanted.keys) == [
        "access", "ahead", "classes", "cryptoperiod", "destinations", "drill", "eyes", "holdback", "limit",
        "rehearse", "snapshot", "verify",
      ])
  }
}

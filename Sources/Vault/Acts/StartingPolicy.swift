internal import Rules
internal import Foundation

/// What a new vault starts from: `Keys/policy.json`, which is built into the program.
///
/// The classes have names there and no ids: each vault makes its own.
struct StartingPolicy: Decodable {
  /// A class to be made.
  struct Row: Decodable {
    let name: String
    let years: UInt64
  }

  let access: UInt64
  let ahead: UInt64
  let classes: [Row]
  let cryptoperiod: UInt64
  let destinations: UInt64
  let drill: UInt64
  let eyes: Set<Policy.Eyes>
  let holdback: UInt64
  let limit: UInt64
  let rehearse: UInt64
  let snapshot: UInt64
  let verify: UInt64

  static let standard: StartingPolicy = {
    let bytes = Data(PackageResources.policy_json)
    do { return try JSONDecoder().decode(StartingPolicy.self, from: bytes) } catch {
      preconditionFailure("Keys/policy.json can't be read: \(error)")
    }
  }()

  /// The policy of a vault with these classes.
  func policy(for classes: [Policy.ClassRule]) -> Policy {
    Policy(
      clockLead: ahead, entersAccess: access == 1, classes: classes, cryptoperiod: cryptoperiod,
      fourEyes: eyes,
      holdback: holdback, erasePercent: limit,
      schedule: Policy.Schedule(
        destinations: destinations, drillDays: drill, rehearseDays: rehearse, snapshotHours: snapshot,
        verifyDays: verify))
  }
}

extension Policy.Eyes: Decodable {}

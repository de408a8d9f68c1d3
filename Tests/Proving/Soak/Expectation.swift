import Rules
import Sealing
import Vault

/// What must be readable by whom: the simple model that a simulated year is compared with.
struct Expectation: Sendable {
  /// Somebody who was granted something.
  struct Member: Sendable {
    let identity: Identity
    let role: Role
    /// The classes that they open; nil: all.
    let classes: Set<String>?
    var isActive = true
  }

  /// The newest version of each record, by `class/customer/path`.
  var records = Records()
  var members: [Member] = []

  /// What a member reads.
  func readable(by member: Member) -> Records {
    guard let classes = member.classes else { return records }
    return Records(
      records.byPath.filter { classes.contains(String($0.key.split(separator: "/")[0])) })
  }

  func active(_ role: Role) -> [Member] { members.filter { $0.isActive && $0.role == role } }
}

public import Rules
public import Sealing
public import Storage

/// What to do next, as a value: how the program is asked for it only whoever talks to people knows.
public enum Hint: Hashable, Sendable, ExpressibleByStringInterpolation {
  /// In plain words; the program isn't asked for anything.
  case advice(String)

  /// Say that this vault is expected, if it is.
  case expectVault(Identifier)
  /// Compare this id with the vault card, and then say that it is expected.
  case compareWithCard(Identifier)
  /// Put the marker back, or say that this vault is expected, if a copy was put here on purpose.
  case putMarkerBack(orExpect: Identifier)

  /// Have a custodian make this copy the vault.
  case recover(Location)
  /// Leave a destination to its snapshots, or have a custodian make this restored copy the vault.
  case tidyOrRecover(Location)
  /// Accept that a custodian recovered the vault there at this point, if one told so.
  case acceptRecovery(Location, Fork)
  /// If the vault is right, and what was seen is a copy's word alone, to say so.
  case acceptHome(Location, Fork)
  /// Look for a newer copy, or make this one the vault and give up what was entered behind this point.
  case acceptLoss(Location, Fork)
  /// Restore the vault from a destination.
  case restoreFromDestination
  /// Restore the vault to a place that is new.
  case restoreElsewhere

  /// Have a custodian grant the identity something, or this role.
  case askForGrant(role: Role?)
  /// Bring an identity.
  case bringIdentity
  /// Approve a request.
  case approveRequest(UInt64)
  /// Look at the requests there are.
  case listRequests
  /// Look at the policy in force, to make another one from it.
  case showPolicy
  /// Change what an active identity is granted.
  case changeGrant
  /// Look at who was granted what.
  case listGrants

  /// Let the paths tell the classes of what is sealed.
  case letPathsTellClasses
  /// Say another layout of paths.
  case chooseLayout
  /// Look for what there is.
  case findRecords
  /// Erase though it is more than the limit, if it is right.
  case eraseBeyondLimit
  /// Look at what would be erased, and then erase though it is more than the limit.
  case lookThenEraseBeyondLimit

  /// Take a page of keys from a destination, or, where none has it, have a custodian go on without it.
  case findPageOrLeaveOut
  /// Erase what was superseded once its hold-back is over.
  case eraseSuperseded
  /// Take an erasure back, or wait until what holds its records is released.
  case undoErasure(UInt64)
  /// Write the order of an erasure anew.
  case writeOrder(UInt64)
  /// Erase later what is kept now.
  case eraseLater

  /// Take a snapshot to a destination.
  case takeSnapshot
  /// Let whoever moves boxes end before a snapshot is taken.
  case letMovingEnd
  /// Begin a new destination there, if that is meant.
  case beginDestination
  /// Have a custodian state the right time.
  case settleClock
  /// Look at which snapshots a destination holds.
  case listSnapshots
  /// Verify the vault to learn what is damaged, and repair it first.
  case verifyThenRepair
  /// Verify the vault at the level that names what is out of order.
  case verifyOpen
  /// Choose another folder for what is there only for a while.
  case chooseScratchFolder
  /// See everything that is wrong with a drill's plan.
  case checkPlan
  /// Name the destination to recover from.
  case nameDestination

  /// Advice in plain words.
  public init(stringLiteral words: String) { self = .advice(words) }
}

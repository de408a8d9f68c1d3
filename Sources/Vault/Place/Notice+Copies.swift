internal import Storage

extension Notice {
  /// Whether it says no more than that a commit behind so many entries got its second copy here: whoever meets another
  /// writer's commit between its two copies writes the second one, as its writer is about to.
  package func isOfCommit(from size: UInt64) -> Bool {
    guard case .mended(let repair, at: nil) = self else { return false }
    return Layout.commitNumber(of: repair.copy.within("second") ?? repair.copy).map { $0 >= size } ?? false
  }
}

public import Sealing

extension KeyringEdit {
  /// Grants a recipient these sections and no others; those that it opened before and doesn't any more get a new epoch.
  ///
  /// - Returns: those sections.
  public mutating func regrant(
    _ recipient: Recipient, _ access: Access, since: UInt64
  ) throws(KeyringError) -> [Identifier] {
    let lost = sections.filter { $0.readers.contains(recipient.id) && !access.includes($0.id) }.map(\.id)
    guard sections.contains(where: { access.includes($0.id) }) else {
      return try revoke(recipient.id, since: since)
    }
    try grant(recipient, access)
    for id in lost { try rotate(id, since: since) }
    return lost
  }
}

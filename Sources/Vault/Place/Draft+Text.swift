package import Rules
internal import Sealing

extension OpenLedger.Draft {
  /// A draft with the one text that its event may seal to the journal: a label, a reason, the name of a place
  /// (Format 4.4).
  package init(_ event: Event, saying text: some Collection<UInt8>, request: UInt64? = nil) {
    guard let member = event.name.sealedMember else {
      preconditionFailure("\(event.name) seals no text")
    }
    self.init(event, sealed: [member: .hex(Array(text))], request: request)
  }
}

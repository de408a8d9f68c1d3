package import Rules
package import Sealing

extension OpenLedger {
  /// An entry in the making.
  package struct Draft: Sendable {
    /// What it enters.
    package let event: Event
    /// What only custodians and auditors shall read.
    package let sealed: JSONObject?
    /// The request that it carries out.
    package let request: UInt64?

    /// A draft of an entry.
    package init(_ event: Event, sealed: JSONObject? = nil, request: UInt64? = nil) {
      self.event = event
      self.sealed = sealed
      self.request = request
    }
  }

  /// Whom sealed parts are sealed to.
  package struct Journal: Sendable {
    /// The journal's newest epoch.
    package let epoch: UInt64
    /// Its public key.
    package let xWing: [UInt8]

    /// A journal's epoch.
    package init(epoch: UInt64, xWing: [UInt8]) {
      self.epoch = epoch
      self.xWing = xWing
    }
  }
}

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

internal import Rules
internal import Foundation
internal import Sealing

/// That customers were erased, and where that is still pending (Format.md, 4.8): a readable JSON document. It names no
/// customer, and all of it follows from the ledger, the keyring and the boxes, so that it can be computed anew.
public struct ErasureCertificate: Hashable, Sendable, ReadableDocument {
  /// A class of records, and what can't be read of it any more.
  public struct ClassPart: Hashable, Sendable, Codable {
    /// The class's id.
    public let id: String
    /// What it is called.
    public let name: String
    /// So many keys were dropped, one for each customer.
    public let keys: Int
    /// Bundles that only these keys opened.
    public let bundles: Int
    /// What those take in boxes.
    public let bytes: UInt64
  }

  /// What stays, and until when. That a court holds something is nobody's to read: the law keeps that too.
  public struct Withheld: Hashable, Sendable, Codable {
    /// The class's id.
    public let id: String
    /// What it is called.
    public let name: String
    /// So many customers' records.
    public let customers: Int
    /// The last year for which the law keeps them; 0 where no year is known.
    public let until: UInt64
  }

  /// Somebody who was given the records before.
  public struct Recipient: Hashable, Sendable, Codable {
    /// The `accessed` entry.
    public let entry: UInt64
    /// `export` or `transfer`.
    public let how: String
    /// What for, as whoever gave them said.
    public let purpose: String
    /// When, in seconds since 1970.
    public let time: UInt64
  }

  /// A place that held the keys.
  public struct Place: Hashable, Sendable, Codable {
    /// How far it is there.
    public enum State: String, Hashable, Sendable, Codable {
      /// Nobody who may say so read it since, or older keys were there then.
      case pending
      /// A custodian or operator read it, and the oldest keys there are newer.
      case confirmed
      /// A custodian said that nobody will say any more what it holds.
      case forgotten
    }

    /// The place's id.
    public let place: String
    /// How far it is.
    public let state: State
    /// The entry that says so; 0 where it is pending.
    public let entry: UInt64
  }

  /// What a certificate is called in itself.
  public static let format = "strongroom certificate of erasure"
  /// So many bytes it may have.
  public static let limit = 16 << 20

  /// Always the same.
  public let format: String
  /// 1.
  public let version: Int
  /// The vault's id.
  public let vault: String
  /// The `erased` entry.
  public let erasure: UInt64
  /// When it was entered, in seconds since 1970.
  public let erased: UInt64
  /// The day by which it is to be done, a month after it was asked for or entered: YYYY-MM-DD (Regulation 1182/71).
  public let due: String
  /// Why, as the journal says.
  public let basis: String
  /// Who erased, an identity's id.
  public let by: String
  /// Whose request it carried out; empty where it took none.
  public let askedBy: String
  /// The request; 0 where it took none.
  public let request: UInt64
  /// The entry by which another custodian compared the keyring; 0 where no other could.
  public let compared: UInt64
  /// The entry that removed the last older keys from the vault.
  public let removed: UInt64
  /// The first generation of the keyring without the keys.
  public let generation: UInt64
  /// Rows that went from it.
  public let rows: UInt64
  /// How it was done.
  public let method: String
  /// By id.
  public let classes: [ClassPart]
  /// Boxes whose index couldn't be read: what is in them isn't counted.
  public let boxesNotRead: Int
  /// By id and year.
  public let withheld: [Withheld]
  /// The first of them, in order.
  public let recipients: [Recipient]
  /// How many more there are: whoever enters reads in a loop makes no certificate too long.
  public let recipientsLeftOut: Int
  /// By id.
  public let places: [Place]

  /// Whether no place is pending.
  public var isComplete: Bool { places.allSatisfy { $0.state != .pending } }

  init(
    vault: String, erasure: UInt64, erased: UInt64, due: String, basis: String, by: String, askedBy: String,
    request: UInt64, compared: UInt64, removed: UInt64, generation: UInt64, rows: UInt64,
    classes: [ClassPart], boxesNotRead: Int,
    withheld: [Withheld], recipients: [Recipient], recipientsLeftOut: Int, places: [Place]
  ) {
    (format, version) = (Self.format, 1)
    (self.vault, self.erasure, self.erased, self.due) = (vault, erasure, erased, due)
    (self.basis, self.by, self.askedBy, self.request) = (basis, by, askedBy, request)
    (self.compared, self.removed, self.generation, self.rows) = (compared, removed, generation, rows)
    method = "cryptographic erasure: the customers' keys of 32 bytes, without which AES-256-GCM opens nothing"
    (self.classes, self.boxesNotRead, self.withheld, self.places) = (classes, boxesNotRead, withheld, places)
    (self.recipients, self.recipientsLeftOut) = (recipients, recipientsLeftOut)
  }

  /// Whether both counted the same bundles. One that the ledger vouches for may have been made where other boxes could be
  /// read than now; of any other nobody knows.
  private func hasCounted(like now: ErasureCertificate, isAttested: Bool, isMoved: Bool) -> Bool {
    guard isMoved || isAttested && (boxesNotRead > 0 || now.boxesNotRead > 0) else {
      return boxesNotRead == now.boxesNotRead && classes == now.classes
    }
    return classes.map(\.keys) == now.classes.map(\.keys) && classes.map(\.id) == now.classes.map(\.id)
      && classes.map(\.name) == now.classes.map(\.name)
  }

  /// Members in which it isn't what the ledger says now. How far it is at a place may have changed since it was made; all
  /// else is settled once it is.
  /// - Parameters:
  ///   - isAttested: whether it is the one that the ledger vouches for.
  ///   - isMoved: whether boxes were moved since, which may have left out what was erased.
  public func differences(from now: ErasureCertificate, isAttested: Bool, isMoved: Bool) -> [String] {
    var found: [String] = []
    func compare<Value: Equatable>(_ name: String, _ one: Value, _ other: Value) {
      if one != other { found.append(name) }
    }
    compare("vault", vault, now.vault)
    compare("erasure", erasure, now.erasure)
    compare("erased", erased, now.erased)
    compare("due", due, now.due)
    compare("basis", basis, now.basis)
    compare("by", by, now.by)
    compare("askedBy", askedBy, now.askedBy)
    compare("request", request, now.request)
    compare("compared", compared, now.compared)
    compare("removed", removed, now.removed)
    compare("generation", generation, now.generation)
    compare("rows", rows, now.rows)
    compare("method", method, now.method)
    if !hasCounted(like: now, isAttested: isAttested, isMoved: isMoved) { found.append("classes") }
    compare("withheld", withheld, now.withheld)
    compare("recipients", recipients, now.recipients)
    compare("recipientsLeftOut", recipientsLeftOut, now.recipientsLeftOut)
    // A place that it leaves out would make it complete; one that was given up since was once confirmed.
    if Set(places.map(\.place)).count != places.count { found.append("places") }
    for id in Set((places + now.places).map(\.place)).sorted() {
      let (one, other) = (places.first { $0.place == id }, now.places.first { $0.place == id })
      guard let one, let other else {
        found.append("place \(id)")
        continue
      }
      let isPending = one.state == .pending
      let isPossible = isPending ? one.entry == 0 : one.entry > erasure
      if !isPossible
        || !isPending && other.state != .pending
          && (one.state != other.state || one.entry > other.entry)
      {
        found.append("place \(id)")
      }
    }
    return found
  }
}

extension CivilDay {
  /// The last day of a month that begins on this one: the same day of the next month, or that month's last, and the
  /// Monday behind it where that is a Saturday or a Sunday (Regulation (EEC, Euratom) No 1182/71, Article 3). Other
  /// holidays differ from place to place, and aren't known here.
  var monthLater: CivilDay {
    let (year, month, day) = parts
    let next = month == 12 ? (year + 1, 1) : (year, month + 1)
    var found = self
    for last in stride(from: day, to: 27, by: -1) + [day] {
      guard let there = CivilDay(year: next.0, month: next.1, day: last) else { continue }
      found = there
      break
    }
    // 1970-01-01 was a Thursday.
    let weekday = (Int(found.days) % 7 + 7 + 3) % 7
    let over = weekday == 5 ? 2 : weekday == 6 ? 1 : 0
    return CivilDay(days: found.days + Int32(over)) ?? found
  }
}

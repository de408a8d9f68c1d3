internal import Foundation
internal import Keyring
internal import Ledger
internal import Rules
internal import Sealing

/// What an erasure did, to be done again where a ledger lost its end: a readable JSON document (Format.md, 4.9). It says whose
/// keys went, by ids, and proves that a custodian entered that.
public struct ErasureOrder: Hashable, Sendable, ReadableDocument {
  /// A class, and the keys that went.
  public struct Keys: Hashable, Sendable, Codable {
    /// The class's id.
    public let id: String
    /// Pairs of subject id and key check, in hex, as the entry has them.
    public let pairs: String
  }

  /// What an order is called in itself.
  public static let format = "strongroom order of erasure"
  /// So many bytes it may have.
  public static let limit = 24 << 20

  /// Always the same.
  public let format: String
  /// 1.
  public let version: Int
  /// The vault's id.
  public let vault: String
  /// The `erased` entry.
  public let erasure: UInt64
  /// By class id.
  public let keys: [Keys]
  /// Evidence of the entry (Format.md, 4.6), in base64.
  public let proof: String

  init(vault: String, erasure: UInt64, keys: [Keys], proof: String) {
    (format, version, self.vault, self.erasure, self.keys) = (Self.format, 1, vault, erasure, keys)
    self.proof = proof
  }
}

extension OpenPlace {
  /// The order of an erasure that counts.
  public func order(ofErasure number: UInt64) async throws -> ErasureOrder {
    guard state.erasures[number] != nil else {
      throw VaultError(.input, "entry \(number) erases nothing", safe: "nothing was changed")
    }
    let account = try await account(of: checkErasure(number))
    let proof = try await prove(entry: number, document: nil)
    return ErasureOrder(
      vault: state.vault.hex, erasure: number, keys: Self.written(account),
      proof: Data(proof.bytes).base64EncodedString())
  }

  private static func written(_ account: ErasureAccount) -> [ErasureOrder.Keys] {
    account.keys.map { classID, pairs in
      ErasureOrder.Keys(
        id: classID.hex, pairs: pairs.map { $0.subject.hex + Hex.encode($0.check) }.joined())
    }
  }

  /// What of orders is still to be done here, whatever several of them name twice: keys that are there though a custodian erased them.
  /// - Throws: `VaultError` `.input` where it isn't of this vault, `.damaged` where its proof doesn't hold or says something
  ///   else.
  public func unfinished(of orders: [ErasureOrder]) async throws -> UnfinishedErasures {
    let keys = try unlocked()
    var due: [Identifier: Set<Identifier>] = [:]
    var takenBack: [(UInt64, by: UInt64)] = []
    for order in orders {
      guard order.vault == state.vault.hex else {
        throw VaultError(.input, "the order is of another vault, \(order.vault)", safe: "nothing was changed")
      }
      let (account, leaf) = try proven(order)
      if let known = state.erasures[order.erasure], known.leaf == leaf, let ended = known.ended {
        takenBack.append((order.erasure, by: ended))
        continue
      }
      for (classID, pairs) in account.keys {
        for pair in pairs where try await keys.has(pair, in: classID) {
          due[pair.subject, default: []].insert(classID)
        }
      }
    }
    var left = try await freed(due)
    left.takenBack = takenBack.map { UnfinishedErasures.TakenBack(erasure: $0, by: $1) }
    return left
  }

  /// What an order's proof says, which is what counts of it.
  private func proven(_ order: ErasureOrder) throws -> (ErasureAccount, leaf: Digest) {
    func wrong(_ what: String) -> VaultError {
      VaultError(.damaged, "the order's proof \(what)", safe: "nothing was changed")
    }
    guard let bytes = Data(base64Encoded: order.proof) else { throw wrong("can't be read") }
    let evidence: Evidence
    do { evidence = try Evidence(parsing: Array(bytes), vault: state.vault) } catch {
      throw wrong("doesn't hold: \(error)")
    }
    guard evidence.index == order.erasure, case .erased(let erasure) = try Event(evidence.entry) else {
      throw wrong("is of another entry")
    }
    guard let sealed = evidence.entry.sealed else { throw wrong("has nothing sealed") }
    guard let key = journalKeys()[sealed.epoch] else {
      throw VaultError(
        .refused, "what the order's proof says is sealed to a journal that this vault doesn't know",
        safe: "nothing was changed", hint: "erase the customers by their numbers")
    }
    guard let part = try? evidence.entry.openSealedPart(with: key, vault: state.vault),
      let account = try? ErasureAccount(part, rows: erasure.rows)
    else { throw wrong("can't be opened") }
    guard Self.written(account) == order.keys else { throw wrong("says something else than the order") }
    return (account, evidence.entry.leaf)
  }
}

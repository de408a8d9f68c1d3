public import Sealing

/// A question to the records once they are back.
public enum Probe: Hashable, Sendable {
  /// Each class has as many records and versions as the vault has of the same snapshot.
  case counts
  /// A customer's records are all there.
  case customer(String)
  /// A record whose digest somebody noted before.
  case canary(customer: String, path: String, digest: Digest)
  /// A program that is run in the folder of the restored records, and ends with 0.
  case command([String], seconds: UInt64)

  /// A probe's program says at most so much that is kept.
  public static let outputLimit = 4096

  init?(_ node: PlanNode) {
    if let word = node.scalar {
      guard word == "counts" else {
        node.wrong("a probe is counts, or has customer, canary or command")
        return nil
      }
      self = .counts
      return
    }
    let kinds = ["customer", "canary", "command"].filter { node[$0] != nil }
    guard kinds.count == 1 else {
      node.wrong("a probe is counts, or has one of customer, canary and command")
      return nil
    }
    node.allows(kinds == ["command"] ? ["command", "within"] : kinds, of: "such a probe")
    if let customer = node["customer"] {
      guard let name = customer.text(limit: 200) else { return nil }
      self = .customer(name)
    } else if let canary = node["canary"] {
      canary.allows(["customer", "path", "sha256"])
      guard let customer = canary.required("customer").flatMap({ $0.text(limit: 200) }),
        let path = canary.required("path").flatMap({ $0.text(limit: 4096) }),
        let hex = canary.required("sha256").flatMap({ $0.text(limit: 64) })
      else { return nil }
      guard let digest = Digest(hex: hex) else {
        canary["sha256"]?.wrong("'sha256' is to be 64 hexadecimal digits")
        return nil
      }
      self = .canary(customer: customer, path: path, digest: digest)
    } else if let command = node["command"] {
      let words = command.texts(limit: 64, each: 4096)
      guard let program = words.first else { return nil }
      guard program.hasPrefix("/") else {
        command.wrong("'command' names its program by an absolute path")
        return nil
      }
      self = .command(words, seconds: node["within"]?.duration() ?? 60)
    } else {
      return nil
    }
  }
}

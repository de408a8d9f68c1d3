internal import Rules
internal import Sealing
public import Drill
public import Vault

/// A report as it is written: readable JSON, whose digest the ledger may hold.
public struct ComplianceDocument: ReadableDocument, Hashable, Sendable {
  /// What it is called in itself.
  public static let format = "strongroom compliance report"
  /// So many bytes it may have.
  public static let limit = 8 << 20

  /// A figure's value: a whole number, a text, or several.
  package enum Value: Hashable, Sendable, Codable {
    case number(UInt64)
    case flag(Bool)
    case text(String)
    case texts([String])

    package init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let flag = try? value.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? value.decode(UInt64.self) {
        self = .number(number)
      } else if let text = try? value.decode(String.self) {
        self = .text(text)
      } else {
        self = .texts(try value.decode([String].self))
      }
    }

    package func encode(to encoder: any Encoder) throws {
      var value = encoder.singleValueContainer()
      switch self {
      case .number(let number): try value.encode(number)
      case .flag(let flag): try value.encode(flag)
      case .text(let text): try value.encode(text)
      case .texts(let texts): try value.encode(texts)
      }
    }
  }

  /// What keeps something from being proved.
  package struct LackRow: Codable, Hashable, Sendable {
    package let lack: String
    package let count: UInt64
    package let what: String
  }

  /// One of several things that a fact is about.
  package struct ItemRow: Codable, Hashable, Sendable {
    package let figures: [String: Value]
    package let entries: [UInt64]
    package let lacks: [LackRow]
  }

  /// A fact.
  package struct FactRow: Codable, Hashable, Sendable {
    package let fact: String
    package let title: String
    package let verdict: Verdict
    package let figures: [String: Value]
    package let items: [ItemRow]
    package let itemsLeftOut: Int
    package let entries: [UInt64]
    package let entriesLeftOut: UInt64
    package let withoutProof: UInt64
    package let lacks: [LackRow]
  }

  /// A control.
  package struct ControlRow: Codable, Hashable, Sendable {
    package let control: Control
    package let title: String
    package let verdict: Verdict
    package let facts: [String]
  }

  /// As it says.
  public let format: String
  /// 1.
  public let version: Int
  package let vault: String
  package let from: String
  package let to: String
  package let made: UInt64
  package let size: UInt64
  package let root: String
  package let namesKnown: Bool
  package let tool: DrillReport.Tool
  package let controls: [ControlRow]
  package let facts: [FactRow]
  package let proofs: [UInt64]

  /// So many entries are listed of a fact or of one thing, the newest ones; older ones are counted.
  private static let mostEntries = 500

  /// The document of a report.
  public init(_ report: ComplianceReport, tool: DrillReport.Tool) {
    let words = ComplianceWords.english
    let proved = report.proved
    format = Self.format
    version = 1
    vault = report.vault.hex
    (from, to) = (report.period.first.text, report.period.last.text)
    (made, size, root) = (report.time, report.size, report.root.hex)
    namesKnown = report.opensJournal
    self.tool = tool
    controls = Control.allCases.map { control in
      ControlRow(
        control: control, title: words.name(of: control), verdict: report.verdict(on: control),
        facts: control.facts.map(\.rawValue))
    }
    facts = report.facts.map { fact in
      let entries = Array(fact.entries.suffix(Self.mostEntries))
      let older = fact.entriesLeftOut + UInt64(fact.entries.count - entries.count)
      return FactRow(
        fact: fact.kind.rawValue, title: words.title(of: fact.kind), verdict: fact.verdict,
        figures: Self.members(fact.figures),
        items: fact.rows.map { row in
          ItemRow(
            figures: Self.members(row.figures), entries: Array(row.entries.suffix(Self.mostEntries)),
            lacks: row.lacks.map(LackRow.init(_:)))
        },
        itemsLeftOut: fact.rowsLeftOut, entries: entries, entriesLeftOut: older,
        withoutProof: fact.withoutProof(proved), lacks: fact.lacks.map(LackRow.init(_:)))
    }
    proofs = proved.sorted()
  }

  private static func members(_ figures: [Figure]) -> [String: Value] {
    Dictionary(
      figures.map { figure in
        let value: Value =
          switch figure.value {
          case .count(let number), .bytes(let number), .moment(let number), .span(let number): .number(number)
          case .flag(let flag): .flag(flag)
          case .text(let text), .word(let text): .text(text)
          case .words(let texts), .texts(let texts): .texts(texts)
          case .sealed: .text("sealed")
          }
        return (figure.name.rawValue, value)
      }, uniquingKeysWith: { first, _ in first })
  }
}

extension ComplianceDocument.LackRow {
  init(_ lack: Lack) {
    self.init(lack: lack.code.rawValue, count: lack.count, what: ComplianceWords.english.telling(lack))
  }
}

extension Fact {
  /// How many of the entries that it stands on are none of these.
  func withoutProof(_ proved: Set<UInt64>) -> UInt64 {
    entriesLeftOut + UInt64(entries.count { !proved.contains($0) })
  }
}

internal import Rules
/// What one folder's or file's name of a layout looks like: text, `{field}` and `*`, as in `{title}_{subject}`.
struct NamePattern: Hashable, Sendable {
  /// What a piece of a name may say.
  enum Field: String, Hashable, Sendable {
    case className = "class"
    case subject, title, date
  }

  /// What a name says.
  struct Fields {
    var className: ArraySlice<UInt8>?
    var subject: ArraySlice<UInt8>?
    var title: ArraySlice<UInt8>?
    var date: ArraySlice<UInt8>?

    mutating func set(_ field: Field, _ value: ArraySlice<UInt8>) {
      switch field {
      case .className: className = value
      case .subject: subject = value
      case .title: title = value
      case .date: date = value
      }
    }
  }

  fileprivate enum Piece: Hashable, Sendable {
    case text([UInt8])
    case field(Field)
    case anything
  }

  /// Why a text is no pattern.
  struct Malformed: Error { let reason: String }

  private let pieces: [Piece]

  /// Each piece that isn't text is tried at every length: more would take long on a name made for that.
  private static let limit = 4

  /// Reads a pattern.
  init(_ word: Substring) throws(Malformed) {
    var pieces: [Piece] = []
    var rest = word
    while let next = rest.first {
      let piece: Piece
      if next == "*" {
        rest = rest.drop { $0 == "*" }
        piece = .anything
      } else if next == "{" {
        guard let end = rest.firstIndex(of: "}"),
          let field = Field(rawValue: String(rest[..<end].dropFirst()))
        else {
          throw Malformed(
            reason: "'\(word)' holds braces that are none of {class}, {subject}, {title}, {date}")
        }
        rest = rest[rest.index(after: end)...]
        piece = .field(field)
      } else {
        let text = rest.prefix { $0 != "*" && $0 != "{" }
        guard !text.contains("}") else { throw Malformed(reason: "'\(word)' holds a } without a {") }
        rest = rest.dropFirst(text.count)
        piece = .text(Array(text.utf8))
      }
      if let last = pieces.last, !last.isText, !piece.isText {
        throw Malformed(
          reason: "'\(word)' says nothing of where one ends and the next begins: put text between")
      }
      pieces.append(piece)
    }
    guard !pieces.isEmpty else { throw Malformed(reason: "a folder's name is empty") }
    guard pieces.count(where: { !$0.isText }) <= Self.limit else {
      throw Malformed(reason: "'\(word)' has more than \(Self.limit) parts that vary")
    }
    self.pieces = pieces
  }

  /// What it tells.
  var fields: [Field] {
    pieces.compactMap { if case .field(let field) = $0 { field } else { nil } }
  }

  /// Whether it is one field and no more, which fits whatever stands there.
  var isBare: Bool { pieces.count == 1 && !pieces[0].isText }

  /// Whether two names may differ here without differing in class or customer.
  var varies: Bool {
    pieces.contains { piece in
      switch piece {
      case .anything, .field(.title), .field(.date): true
      case .text, .field(.className), .field(.subject): false
      }
    }
  }

  /// Finds what each field stands for in a name; false where it doesn't fit. Class and customer take as few bytes as
  /// they can, a title and `*` as many.
  func match(_ name: ArraySlice<UInt8>, _ found: inout Fields) -> Bool {
    var tried = Tried()
    return match(name, pieces[...], &found, &tried)
  }

  /// Where a rest of the pattern was found not to fit a rest of the name: no name makes it be tried twice.
  private typealias Tried = Set<[Int]>

  private func match(
    _ rest: ArraySlice<UInt8>, _ pieces: ArraySlice<Piece>, _ found: inout Fields, _ tried: inout Tried
  ) -> Bool {
    guard let piece = pieces.first else { return rest.isEmpty }
    let others = pieces.dropFirst()
    let here = [pieces.startIndex, rest.startIndex]
    if others.count > 1, tried.contains(here) { return false }
    defer { if others.count > 1 { tried.insert(here) } }
    guard case .text(let text) = piece else {
      for count in piece.counts(upTo: rest.count, isLast: others.isEmpty) {
        let taken = rest.prefix(count)
        guard case .field(let field) = piece else {
          if match(rest.dropFirst(count), others, &found, &tried) { return true }
          continue
        }
        if field == .date, CivilDay(fileName: taken) == nil { continue }
        if match(rest.dropFirst(count), others, &found, &tried) {
          found.set(field, taken)
          return true
        }
      }
      return false
    }
    return rest.starts(with: text) && match(rest.dropFirst(text.count), others, &found, &tried)
  }
}

extension NamePattern.Piece {
  fileprivate var isText: Bool { if case .text = self { true } else { false } }

  /// How many bytes it may take of so many, the best first; a field is never empty, and the last piece takes all.
  fileprivate func counts(upTo all: Int, isLast: Bool) -> StrideThrough<Int> {
    switch self {
    case .text: stride(from: 1, through: 0, by: 1)
    case .field(.date): stride(from: min(10, all & ~1), through: 8, by: -2)
    case .anything: stride(from: all, through: isLast ? all : 0, by: -1)
    case .field(.title): stride(from: all, through: isLast ? max(all, 1) : 1, by: -1)
    case .field(.className), .field(.subject): stride(from: isLast ? max(all, 1) : 1, through: all, by: 1)
    }
  }
}

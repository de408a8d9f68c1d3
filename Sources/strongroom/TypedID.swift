import Sealing

/// Ids as people copy them from a card: in groups, with blanks or dashes between, in either case.
enum TypedID {
  /// The digits alone, in lower case.
  static func digits(_ text: String) -> String { text.filter { $0 != " " && $0 != "-" }.lowercased() }

  /// A whole id; nil where it is none.
  static func identifier(_ text: String) -> Identifier? { Identifier(hex: digits(text)) }
}

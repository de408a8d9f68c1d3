internal import Ledger
internal import Rules
internal import Sealing

/// What a request asks to erase (Format.md, 4.7).
struct AskedErasure: Hashable, Sendable {
  /// Ids of classes; none means all.
  let classes: [Identifier]
  let subjects: [Identifier]

  init(classes: [Identifier], subjects: [Identifier]) {
    self.classes = classes.sorted()
    self.subjects = subjects.sorted()
  }

  init(_ object: JSONObject) throws(Malformed) {
    try object.only(["classes", "subjects"])
    classes = try object.identifiers("classes")
    subjects = try object.identifiers("subjects")
    try object.require(!subjects.isEmpty, "subjects", "is empty")
  }

  var object: JSONObject {
    [
      "classes": .array(classes.map { .string($0.hex) }),
      "subjects": .array(subjects.map { .string($0.hex) }),
    ]
  }

  func takes(_ subject: Identifier, in classID: Identifier) -> Bool {
    subjects.contains(subject) && (classes.isEmpty || classes.contains(classID))
  }
}

extension OpenPlace {
  /// What was asked for that an erasure carries out; nil where it took no request.
  func askedErasure(by erasure: KnownErasure) async throws -> AskedErasure? {
    guard let number = erasure.request, let request = state.requests[number] else { return nil }
    guard case .opened(let part) = try await sealedPart(of: number, leaf: request.leaf),
      let asked = try? AskedErasure(part.object("todo"))
    else {
      throw VaultError(
        .damaged, "what request \(number) asked to erase can't be read", safe: "nothing was changed")
    }
    return asked
  }
}

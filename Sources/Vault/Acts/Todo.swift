internal import Keyring
internal import Rules
internal import Sealing

/// An act as a request seals it for the other custodian (Format.md, 4.7), and back.
extension OpenPlace {
  /// So many fit into a sealed part, with all classes and a reason.
  private static let subjectsInRequest = 200

  /// What of an act the other custodian's program needs.
  func todo(of act: Act) throws -> JSONObject {
    switch act {
    case .grant(let somebody, let role, let classes, let label):
      return try grantTodo(
        .object(CanonicalJSON.decode(Array(somebody.text.dropLast()), limit: IdentityFile.limit)), role,
        classes, label)
    case .change(let id, let role, let classes, let label):
      return try grantTodo(.string(id.hex), role, classes, label)
    case .revoke(let id, _): return ["identity": .string(id.hex)]
    case .policy(let change):
      let names = change.names.sorted { $0.key < $1.key }
      return [
        "from": .integer(change.from),
        "names": .array(
          names.map { .object(["id": .string($0.key.hex), "name": .hex(Array($0.value.utf8))]) }),
        "policy": .object(change.policy.members),
      ]
    case .recover(let home, let snapshot):
      return ["home": .string(home.hex), "snapshot": .integer(snapshot)]
    case .end(let entry, _): return ["entry": .integer(entry)]
    case .erase(let subjects, let classes, _):
      guard subjects.count <= Self.subjectsInRequest else {
        throw VaultError(
          .refused, "a request asks for \(Self.subjectsInRequest) customers at most",
          safe: "nothing was written",
          hint: "erase fewer at once")
      }
      return AskedErasure(classes: classes, subjects: subjects).object
    case .rotate, .settleClock:
      throw VaultError(.failed, "no request is for: \(act)")
    }
  }

  /// The act that a request asks for.
  /// - Throws: `VaultError` `.damaged` where what it seals isn't of its form.
  func act(of request: KnownRequest, reading part: JSONObject) throws -> Act {
    let number = request.asked.number
    do {
      let reason = String(decoding: try part.hex("reason"), as: UTF8.self)
      return try act(request.asked.content.act, todo: try part.object("todo"), reason: reason)
    } catch is Malformed {
      throw VaultError(
        .damaged, "what request \(number) asks for can't be read", safe: "nothing was written",
        hint: "its maker asks again; decline this one")
    }
  }

  private func act(_ name: EventName, todo: JSONObject, reason: String) throws -> Act {
    switch name {
    case .granted: return try granting(todo)
    case .revoked:
      try todo.only(["identity"])
      return .revoke(try todo.identifier("identity"), reason: reason)
    case .policy:
      try todo.only(["from", "names", "policy"])
      var names: [Identifier: String] = [:]
      for member in try todo.objects("names") {
        try member.only(["id", "name"])
        names[try member.identifier("id")] = try text(member, "name")
      }
      return .policy(
        PolicyChange(
          policy: try Policy(todo.object("policy")), from: try todo.integer("from"), names: names))
    case .recovered:
      try todo.only(["home", "snapshot"])
      return .recover(home: try todo.identifier("home"), snapshot: try todo.integer("snapshot"))
    case .erased:
      let asked = try AskedErasure(todo)
      return .erase(asked.subjects, classes: asked.classes, reason: reason)
    case .ended:
      try todo.only(["entry"])
      return .end(try todo.integer("entry"), reason: reason)
    default: throw Malformed(what: "no program carries out `\(name.rawValue)`", where: "request")
    }
  }

  private func grantTodo(
    _ identity: JSONValue, _ role: Role, _ classes: [String], _ label: String
  ) throws -> JSONObject {
    let keys = try unlocked()
    let ids = try access(of: role, classes: classes, keys: keys).classes(among: keys)
    return [
      "classes": .array(ids.sorted().map { .string($0.hex) }), "identity": identity,
      "label": .hex(Array(label.utf8)), "roles": .array([.string(role.rawValue)]),
    ]
  }

  private func granting(_ todo: JSONObject) throws -> Act {
    try todo.only(["classes", "identity", "label", "roles"])
    let roles = try todo.choices("roles", of: Role.self)
    guard let role = roles.first, roles.count == 1 else {
      throw Malformed(what: "names other than one role", where: "request")
    }
    let keys = try unlocked()
    let classes = try (todo["classes"] ?? .array([])).array().map { value in
      guard let section = Identifier(hex: try value.string()).flatMap({ keys.opened[$0]?.section }) else {
        throw Malformed(what: "names a class that isn't there", where: "request")
      }
      return section.name
    }
    let label = try text(todo, "label")
    if case .object(let file)? = todo["identity"] {
      return .grant(
        try IdentityFile.Public(reading: file.encoded() + [0x0a]), role: role, classes: classes, label: label)
    }
    return .change(try todo.identifier("identity"), role: role, classes: classes, label: label)
  }

  private func text(_ object: JSONObject, _ name: String) throws -> String {
    guard let text = String(validating: try object.hex(name), as: UTF8.self) else {
      throw Malformed(what: "isn't UTF-8", where: name)
    }
    return text
  }
}

extension Access {
  /// The classes that it opens; none where it opens all sections.
  fileprivate func classes(among keys: OpenKeyring) -> [Identifier] {
    guard case .only(let ids) = self else { return [] }
    return keys.classes.map(\.id).filter(ids.contains)
  }
}

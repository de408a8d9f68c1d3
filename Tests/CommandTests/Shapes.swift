/// What each command with `--json` writes, as it is promised to scripts.
extension Shape {
  static let finding = Shape.object([
    "kind": .word(["missing", "damaged", "lost", "ignored", "stray", "unfinished", "unread", "unwritten"]),
    "object": .words, "record": .text { $0.isEmpty || $0.count == 32 }, "what": .words,
    "hint": .words,
  ])
  static let role = Shape.word(["custodian", "archivist", "clerk", "operator", "auditor"])

  static let founded = Shape.object(["card": .words, "custodian": .identifier, "vault": .identifier])
  static let newIdentity = Shape.object(["identity": .identifier])
  static let identity = Shape.object([
    "ed25519": .hex(64), "identity": .identifier, "secret": .flag, "xwing": .hex(2432),
  ])
  static let granted = Shape.object(["generation": .integer, "identity": .identifier, "role": .role])
  static let revoked = Shape.object(["generation": .integer, "identity": .identifier])
  static let grant = Shape.object([
    "active": .flag, "identity": .identifier, "kind": .word(["file", "passphrase", "shares"]),
    "label": .words, "opens": .list(of: .words), "opens_known": .word(["all", "some"]),
    "roles": .list(of: .role),
  ])
  static let sealed = Shape.object([
    "boxes": .integer, "bytes": .integer, "changed": .integer, "empty_folders": .integer,
    "excluded": .integer,
    "findings": .list(of: finding),
    "left_out": .list(of: leftOut), "new": .integer, "size": .integer, "stored": .integer,
    "subjects": .integer,
    "unchanged": .integer,
  ])
  static let holding = Shape.object(
    [
      "bytes": .integer, "class": .words, "records": .integer, "sources": .list(of: .words),
      "subjects": .integer,
      "versions": .integer,
    ], optional: ["since": .day, "until": .day])
  static let record = Shape.object(
    [
      "class": .words, "path": .words, "record": .identifier, "sealed_at": .integer, "sha256": .digest,
      "size": .integer, "source": .words, "subject": .words, "title": .words, "version": .integer,
      "versions": .integer,
    ], optional: ["date": .day, "path_hex": .hex(nil), "subject_hex": .hex(nil)])
  static let leftOut = Shape.object(
    ["hint": .words, "path": .words, "reason": .words], optional: ["path_hex": .hex(nil)])
  private static let customer = Shape.object(
    [
      "bytes": .integer, "compared": .integer, "new": .integer, "subject": .words, "unchanged": .integer,
    ], optional: ["subject_hex": .hex(nil)])
  private static let example = Shape.object(
    ["file": .words, "path": .words, "source": .words, "subject": .words, "title": .words],
    optional: ["date": .day, "file_hex": .hex(nil), "path_hex": .hex(nil), "subject_hex": .hex(nil)])
  static let preview = Shape.object([
    "classes": .list(
      of: .object(["class": .words, "customers": .list(of: customer), "examples": .list(of: example)])),
    "empty_folders": .integer, "excluded": .integer, "findings": .list(of: finding),
    "left_out": .list(of: leftOut), "subjects": .integer,
  ])
  static let exported = Shape.object(
    ["bytes": .integer, "findings": .list(of: finding), "records": .integer, "undated": .integer],
    optional: ["affected": affected])
  static let affected = Shape.object([
    "customers": .list(
      of: .object(
        [
          "class": .words, "id": .identifier, "unnamed": .integer,
          "records": .list(
            of: .object(
              [
                "path": .words, "record": .identifier, "source": .words, "version": .integer,
                "versions": .integer,
              ], optional: ["path_hex": .hex(nil)])),
        ], optional: ["subject": .words, "subject_hex": .hex(nil)])),
    "unknown_boxes": .list(of: .digest),
  ])
  static let section = Shape.object([
    "epochs": .list(
      of: .object([
        "epoch": .integer, "since": .integer, "state": .word(["sealing", "opening", "retired", "destroyed"]),
      ])),
    "keys": .integer, "section": .words,
  ])
  static let rotated = Shape.object(["epochs": .list(of: .words), "generation": .integer])
  static let coverage = Shape.object([
    "boxes": .integer, "home": .flag, "last_level": .word(["", "hash", "open", "restore", "drill"]),
    "last_verified": .number, "snapshot": .number, "snapshot_started": .number,
    "oldest": .text { $0.isEmpty || UInt64($0) != nil },
    "location": .text { _ in true }, "place": .identifier, "unsound": .integer,
    "verified": .integer,
  ])
  static let due = Shape.object(
    [
      "overdue": .flag, "period": .integer, "since": .integer,
      "what": .word(["snapshot", "verify", "drill"]),
    ], optional: ["boxes": .integer, "fresh": .integer, "place": .identifier, "wanted": .integer])
  static let status = Shape.object(
    [
      "boxes": .integer, "bytes": .integer, "custodians": .integer, "due": .list(of: .due),
      "epochs_due": .list(of: .words),
      "epochs_known": .word(["all", "some", "none"]), "free_bytes": .number, "generation": .integer,
      "grown_bytes": .integer, "home": .flag,
      "identities": .integer, "last_drill": .number, "last_snapshot": .number, "not_counted": .integer,
      "places": .list(of: .coverage), "root": .digest, "rows": .integer, "rpo_missed": .flag,
      "rpo_objective": .integer, "size": .integer, "vault": .identifier,
    ], optional: ["snapshot_age": .integer])
  static let ledger = Shape.object([
    "not_counted": .integer, "root": .digest, "size": .integer, "vault": .identifier,
  ])
  static let proof = Shape.object(["entry": .integer, "proof": .words])
  static let snapshot = Shape.object([
    "copied": .integer, "copied_bytes": .integer, "erased": .integer, "findings": .list(of: .finding),
    "generation": .integer, "kept": .integer, "missing": .list(of: .digest), "number": .integer,
    "place": .identifier, "size": .integer, "started": .integer, "strays": .integer,
  ])
  static let snapshots = Shape.object([
    "snapshots": .list(
      of: .object([
        "boxes": .integer, "by": .identifier, "bytes": .integer, "generation": .integer, "missing": .integer,
        "newest": .flag, "number": .integer, "size": .integer, "started": .integer,
      ]))
  ])
  static let verified = Shape.object(
    [
      "boxes": .integer, "bytes": .integer, "closed": .integer, "findings": .list(of: .finding),
      "level": .word(["list", "hash", "open", "restore"]), "place": .identifier, "records": .integer,
      "size": .integer, "strays": .list(of: .text { !$0.isEmpty }), "vault": .identifier, "whole": .flag,
    ], optional: ["affected": affected, "entry": .integer])
  static let restored = Shape.object(
    [
      "behind": .integer, "boxes": .integer, "bytes": .integer,
      "findings": .list(of: .finding),
      "lacks": .list(of: .word(["records", "keys", "places", "bookkeeping", "unknown"])),
      "fork": .text { $0.split(separator: ":").map(\.count).last == 64 }, "left_out": .integer,
      "missing": .list(of: .digest), "place": .identifier, "root": .digest, "size": .integer,
      "snapshot": .integer, "started": .integer, "unfinished": .flag,
    ], optional: ["affected": affected])
  static let recovered = Shape.object(
    ["place": .identifier, "recovered": .flag, "size": .integer],
    optional: [
      "as_of": .integer, "given_up": .integer, "goes_on_from": .integer, "missing": .integer,
      "snapshot": .integer,
    ])
  static let plan = Shape.object(["name": .text { !$0.isEmpty }, "title": .words])
  static let planText = Shape.object(["name": .text { !$0.isEmpty }, "yaml": .words])
  static let drilled = Shape.object(
    ["entry": .integer, "passed": .flag, "restored": .integer, "rpo": .integer, "rto": .integer],
    optional: ["expected": .integer])
  static let drill = Shape.object([
    "entry": .integer, "passed": .flag, "rpo": .integer, "rto": .integer, "time": .integer,
  ])
  static let collected = Shape.object([
    "beyond_limit": .flag, "bytes": .integer, "dry_run": .flag, "entered": .integer, "erased": .integer,
    "erased_bytes": .integer, "falling": .integer, "findings": .list(of: .finding), "held": .integer,
    "spool": .integer, "young": .integer,
  ])
  static let progress = Shape.object(
    [
      "bytes": .integer, "event": .word(["progress"]), "items": .integer, "rate": .integer,
      "stage": .text { !$0.isEmpty },
    ], optional: ["seconds_left": .integer, "total": .integer])
}

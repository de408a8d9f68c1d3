internal import Drill

extension ComplianceWords {
  /// English.
  public static let english = ComplianceWords(
    tag: "en", numbers: .english, kind: "Compliance report", period: { "\($0) to \($1)" },
    asOf: { "What happened is of these days; what stands is as of \($0), at ledger size \($1)." },
    stillOpen: "These days aren't over yet.",
    sentence: { proved, notProved, nothing in
      "\(proved) of \(proved + notProved + nothing) controls are proved by the ledger; \(notProved) aren't, and are red below"
        + (nothing > 0 ? "; of \(nothing) there is nothing to prove." : ".")
    },
    verdicts: [.proved: "proved", .notProved: "not proved", .nothing: "nothing to prove"],
    summary: "Control by control", factsTitle: "What the ledger says",
    controlColumns: ("Control", "Stands on", "Verdict"),
    controls: [
      .dora11: ("DORA Art. 11", "response and recovery"),
      .dora12: ("DORA Art. 12", "backup, restoration and recovery"),
      .dora25: ("DORA Art. 25, RTS (EU) 2024/1774 Art. 25", "testing of continuity plans"),
      .nis2Backup: ("NIS2, CIR (EU) 2024/2690, annex 4.2", "backup and redundancy management"),
      .mlpsBackup: ("GB/T 22239-2019 level 3, L3-CES1-29", "data backup and recovery"),
      .gdpr17: ("GDPR Art. 17", "erasure"), .gdpr30: ("GDPR Art. 30", "records of processing"),
      .gdpr32: ("GDPR Art. 32", "security of processing"), .pipl47: ("PIPL Art. 47", "deletion"),
      .pipl51: ("PIPL Art. 51", "security measures"), .pipl54: ("PIPL Art. 54", "compliance audits"),
      .iso27001Backup: ("ISO/IEC 27001 A.8.13", "information backup"),
    ],
    facts: [
      .coverage: (
        "Verification by place", "Boxes of records of which every byte was read and compared with its digest."
      ),
      .snapshots: ("Snapshots", "The newest copy at each destination, and whether it was seen there."),
      .drills: (
        "Recovery drills", "Rehearsed recoveries; only those count as restores that brought records back."
      ),
      .restores: (
        "Restores", "Recoveries after which a copy became the vault, and restores to a scratch folder."
      ),
      .sealed: ("Records under encryption", "All records lie in sealed boxes; nothing else is kept."),
      .retention: (
        "Retention", "How many years each class is kept by the policy, and what is there beyond that."
      ),
      .erasures: ("Erasures", "Customers whose keys were dropped, and where that is pending."),
      .holds: ("Holds", "What must not be erased, for a court or an audit."),
      .keyrings: ("Generations of keys", "Each change of keys, and whether another custodian compared it."),
      .epochs: ("Key epochs", "Since when each class is sealed under its newest key."),
      .access: ("Who has access", "Active identities with their roles and what they open."),
      .reads: ("Reads", "Records that were opened, as honest programs entered it."),
      .requests: ("Four eyes", "What takes two custodians: asked for by one, carried out by another."),
      .findings: ("Findings", "What somebody has to see to."),
      .audits: (
        "Audits", "Reports like this one that an auditor or custodian vouched for since the period began."
      ),
      .ledger: ("Ledger", "The signed log that all of this stands in."),
    ],
    figures: [
      .active: "active", .begun: "begun", .beyond: "boxes beyond their years", .bestRTO: "shortest RTO",
      .boxes: "boxes", .bytes: "size", .certificate: "certificate", .classes: "classes", .closed: "closed",
      .compared: "compared", .custodians: "custodians", .declined: "declined", .destinations: "destinations",
      .due: "due", .ended: "taken back", .entered: "policy wants reads entered", .entries: "entries",
      .epoch: "newest epoch", .expired: "expired or overtaken", .exports: "exports",
      .failed: "failed", .fresh: "fresh", .generation: "generation", .granted: "granted in the period",
      .home: "vault",
      .identity: "identity", .inForce: "in force", .keptByLaw: "kept by law", .kind: "secret in",
      .label: "name",
      .last: "last", .level: "level", .made: "in the period", .name: "name", .notCounted: "without effect",
      .oldest: "longest ago", .open: "open", .opens: "opens", .outcome: "what", .overdue: "overdue",
      .passed: "passed", .pending: "pending", .place: "place", .placed: "placed in the period",
      .places: "places",
      .plan: "plan", .reads: "reads", .reason: "reason", .records: "records",
      .released: "released in the period",
      .restores: "brought records back", .revoked: "revoked in the period", .roles: "roles", .root: "root",
      .rotated: "rotated in the period", .rows: "keys", .rpo: "RPO", .rto: "RTO",
      .scratch: "to a scratch folder",
      .section: "section", .seen: "seen there", .size: "ledger size", .snapshot: "snapshot", .state: "state",
      .text: "finding", .time: "time", .transfers: "transfers", .unfit: "not carried out",
      .unsound: "damaged or missing", .used: "carried out", .verified: "verified",
      .waiting: "waiting for a comparison",
      .wanted: "wanted by the policy", .years: "years",
    ],
    words: [
      "archivist": "archivist", "auditor": "auditor", "clerk": "clerk", "custodian": "custodian",
      "operator": "operator", "list": "names and sizes", "hash": "every byte", "open": "open",
      "restore": "restore",
      "drill": "drill", "tabletop": "tabletop", "functional": "functional", "full": "full",
      "passed": "passed",
      "failed": "failed", "unfit": "not carried out", "pending": "pending",
      "confirmed": "confirmed at every place",
      "taken_back": "taken back", "in_force": "in force", "released": "released", "request_open": "open",
      "request_used": "carried out",
      "request_ended": "declined", "request_expired": "expired", "request_maker_gone": "its maker is gone",
      "request_overtaken": "overtaken", "request_recovered": "ended by a recovery",
      "dropped": "customers erased",
      "founded": "founded", "granted": "access granted", "merged": "tidied", "revoked": "access revoked",
      "rotated": "new epochs", "retired": "epochs retired", "destroyed": "keys destroyed", "policy": "policy",
      "erased": "erasure", "recovered": "recovery",
      "ended": "end of a hold or an erasure", "file": "a file", "passphrase": "a passphrase",
      "shares": "recovery shares",
    ],
    lacks: [
      .neverRead: { "boxes that were never read there: \($0)" },
      .readLongAgo: { "boxes that weren't read within the policy's period: \($0)" },
      .unsound: { "boxes found damaged or missing: \($0)" },
      .fewFresh: { "destinations that lack a fresh snapshot: \($0)" },
      .unseen: { "destinations where nobody saw the newest snapshot: \($0)" },
      .noDrill: { _ in "no drill of the period brought records back and passed" },
      .lastDrillFailed: { _ in "the last drill of the period failed" },
      .drillLate: { "no drill passed within the policy's \($0) days" },
      .erasurePending: { "erasures pending at some place: \($0)" },
      .noCertificate: { "erasures without a certificate: \($0)" },
      .epochsDue: { "epochs older than the policy's period: \($0)" },
      .epochsSealed: { _ in "when epochs began is sealed to those who hold all keys" },
      .notCompared: { "generations of keys that no other custodian compared: \($0)" },
      .readsNotEntered: { _ in "the policy doesn't want reads entered, so nothing says what was read" },
      .oneCustodian: { _ in "there is one custodian: nothing takes two" },
      .findingsOverdue: { "findings open beyond their day: \($0)" },
      .beyondYears: { "boxes kept beyond the years of the policy: \($0)" },
      .noAudit: { _ in "nobody vouched for a report since the period began" },
    ],
    yes: "yes", no: "no", sealed: "sealed", nothing: "none", entries: "Entries", more: { "and \($0) more" },
    withoutProof: { "\($0) older entries have no proof in this folder" }, particulars: "Particulars",
    vault: "Vault",
    root: "Root of the ledger", tool: "Program",
    journal: (
      "Names and reasons", "read by who opens the journal",
      "sealed: this report was made without a key for them"
    ),
    vouched: ("Vouched for by", "nobody"),
    vouchedBy: { "entry \($0), by \($1); its proof is report.tlog-proof" },
    signOff: "Sign-off", signColumns: ("Role", "Name", "Date", "Signature"),
    roles: ["Owns the archive", "Reviewed", "Auditor"],
    footer:
      "Green stands on entries of the vault's ledger, whose numbers are named; proofs/N.tlog-proof shows that entry N stands there and who signed it, to anybody who knows the vault id (Docs/Compliance.md). A proof doesn't show that nothing was left out: the ledger does. Times are their makers' word. Whether a control is met is the auditor's judgement; this page says what there is to judge by."
  )
}

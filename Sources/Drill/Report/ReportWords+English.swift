internal import Rules

extension ReportWords {
  /// English.
  public static let english = ReportWords(
    tag: "en", kind: "Recovery drill",
    verdicts: [.passed: "Passed", .failed: "Failed", .unfit: "Not carried out"],
    sentence: [
      .passed: "The archive met every objective of this plan.",
      .failed: "The archive missed objectives of this plan: what failed is marked below.",
      .unfit: "This drill could not be carried out, so it says nothing about the archive.",
    ],
    objectives: "Objectives", columns: ("Objective", "Wanted", "Measured", "Result"), met: "met",
    missed: "missed",
    subjects: [
      .rto: "Recovery time (RTO)", .rpo: "Recovery point (RPO)", .records: "Records that came back",
      .damage: "Damage in what came back", .noticed: "Damage that was noticed",
      .refused: "The place was refused", .erased: "Erased keys that came back",
      .shut: "The former key opens what is new", .time: "Time limit", .read: "Bytes read, limit",
      .answered: "Questions that were answered",
    ],
    probes: Probes(
      counts: "Probe: counts by class", customer: "Probe: a customer's records",
      canary: "Probe: a canary record", asNoted: "it is as it was noted",
      another: "it is another one than was noted", absent: "it isn't there",
      command: { "Probe: command \($0)" },
      same: { "\($0) classes, \($1) versions, as in the vault" },
      differs: { "class \($0) has \($1) versions, the vault \($2)" }, ended: { "it ended with \($0)" },
      signal: { "it ended by signal \($0)" }, late: { "it didn't end within \($0)" },
      notRun: "there is no such program, or it may not be run",
      notAsked: "nothing came back that could be asked"),
    timeline: "What happened, and where the time went",
    stages: [
      .damage: "damage done", .detect: "look for damage",
      .open: "open the destination", .choose: "choose a sound snapshot",
      .mend: "make the destination good", .restore: "restore the vault", .unlock: "open the keyring",
      .read: "read and compare records", .verify: "compare every record", .former: "try the former key",
    ],
    broke: "broke off", damage: "Damage done, and how it was found",
    damageColumns: ("Damage", "Objects", "Found by"),
    faults: [
      .flip: "a bit flipped", .truncate: "cut short", .lose: "lost", .overwrite: "overwritten",
      .swap: "changed places", .cut: "ledger rolled back", .replace: "another vault in its place",
      .slow: "slow reads", .fail: "failing reads", .fill: "disk full, once", .kill: "killed, once",
    ],
    sides: [.destination: "at the destination", .vault: "at the vault"],
    things: [.boxes: "boxes", .keyring: "keyring files", .ledger: "ledger files", .marker: "marker"],
    ways: [
      "open": "opening the place", "memory": "what this machine had seen before",
      "list": "names and sizes", "hash": "reading every byte", "mend": "the snapshot that made it good",
      "restore": "restoring", "verify": "comparing records",
    ],
    bothCopies: "both copies", notFound: "not found",
    noTraces: "leaves no traces; the recovery had to survive it",
    findings: "Findings", findingColumns: ("Finding and cause", "Remedy", "Owner", "Due"),
    noFindings: "None.", before: "Out of order before the drill began", trend: "Drills of this plan",
    target: "objective", thisDrill: "this drill", particulars: "Particulars",
    facts: Facts(
      incident: "Incident began", snapshot: "Snapshot that came back", restored: "Restored",
      share: "Share of the archive", since: "Sealed since that snapshot", read: "Read",
      throughput: "Throughput", level: "Level", controls: "Controls served", validUntil: "Valid until",
      notes: "Notes", vault: "Vault", destination: "Destination", by: "Run by", plan: "Plan", seed: "Seed",
      tool: "Program", entry: "Ledger entry", evidence: "Evidence", sandbox: "Scratch folder",
      attempts: "Attempts", estimate: "Estimate for the whole",
      destroyed: "apart from vault and destination, and removed", stays: "could not be removed",
      none: "none"),
    answered: "Questions and answers", unanswered: "nobody knew", signOff: "Sign-off",
    signColumns: ("Name", "Role", "Date", "Signature"),
    roles: ["Ran the drill", "Owns the archive", "Reviewed"],
    footer:
      "The report's digest stands in the vault's ledger, and the .tlog-proof beside this page shows it: anybody who knows the vault id checks it without a key, by strongroom drill verify or by other programs (Docs/Evidence.md).",
    levels: [
      .tabletop: "tabletop: questions were answered", .functional: "functional: records were brought back",
      .full: "full: from recovery shares, on a machine that remembered nothing",
    ],
    units: Units(
      second: "s", minute: "min", hour: "h", day: "d", atMost: { "at most \($0)" },
      of: { "\($0) of \($1)" }, unknown: { "\($0), and nobody knows of how many" },
      atLeast: { "\($0) of \($1), at least one" }, records: { "\($0) records" },
      boxes: { $0 == "0" ? "nothing" : $0 == "1" ? "1 box" : "\($0) boxes" },
      recordsBytes: { "\($0) records, \($1)" },
      snapshot: { "entry \($0), begun \($1)" },
      estimate: { "about \($0); with 95 % confidence at most \($1) of all customers lack something" },
      cameBack: { records, time in
        "\(records) came back\(time.map { " in \($0)" } ?? ""), each equal to its label."
      }),
    answers: ("yes", "no", "nothing came back", "as it should be"),
    unfits: [
      "no_space": "there is no room for what comes back", "unreachable": "the destination can't be reached",
      "interrupted": "it was interrupted", "few_snapshots": "the destination has too few snapshots",
      "older_erased": "boxes of the earlier snapshot were moved and erased since",
      "nothing_to_damage": "there is nothing that could be damaged",
      "nothing_erased": "nothing was ever erased", "not_allowed": "what it takes could not be done",
      "did_not_happen": "what was to strike never did",
      "unknown_customers": "the vault holds nothing of customers whom the plan names",
    ])
}

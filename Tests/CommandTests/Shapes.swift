/// The shapes of single lines by name: what they hold, Docs/JSON.schema.json says alone.
enum Shape: String, CaseIterable {
  case collected, drill, drilled, ending, entry, exported, founded, grant, granted, help, holding
  case identity, ledger, plan, preview, progress, record, recovered, restored, revoked, rotated, sealed
  case approved, declined, erased, erasure, held, hold, policy, request, stated, undone, waiting
  case certificate, checked, compliance, inventory, order, traced
  case practised, preflight
  case matters, round, steps
  case addedFinding = "added_finding"
  case closedFinding = "closed_finding"
  case judgedRisk = "judged_risk"
  case openFinding = "open_finding"
  case plannedRound = "planned_round"
  case triedNotice = "tried_notice"
  case schedule, section, settled, snapshot, split, verified
  case begunPractice = "begun_practice"
  case checkedPlan = "checked_plan"
  case checkedProof = "checked_proof"
  case checkedReport = "checked_report"
  case newPlan = "new_plan"
  case combinedShares = "combined_shares"
  case leftOutPages = "left_out_pages"
  case listedSnapshot = "listed_snapshot"
  case newIdentity = "new_identity"
  case planText = "plan_text"
  case proof = "proof_file"
  case proofText = "proof_text"
  case replacedIdentity = "replaced_identity"
  case status = "vault_status"
  case destination
  case givenUp = "given_up"
  case namedDestination = "named_destination"
  case plannedSnapshot = "planned_snapshot"
  case removedName = "removed_name"
  case shownDestination = "shown_destination"
  case takenUp = "taken_up"
  case testedShares = "tested_shares"
}

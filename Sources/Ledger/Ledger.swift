// Ledger: chapter 4 of Docs/Format.md, bytes <-> values. Entries as canonical JSON lines with a sealed part,
// commits that end in a C2SP signed note, the RFC 6962 tree over all entries, and proofs that an entry stands in it.
//
// It knows no file, no clock and no state: which identity is active, and whether an entry counts, is folded in
// Rules from what is parsed here.

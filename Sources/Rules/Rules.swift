// Rules: what a ledger's entries mean, whether they count, and what evidence of one shows (Docs/Format.md, 4.4 to 4.7).
//
// Each event stands in one file (Events); `LedgerState` is what they fold to, as a value that everybody who reads the
// public parts has alike; Fold writes it down and reads it again. It knows no key and opens nothing that is sealed,
// reads no file and no clock, and names no command. Vault reads a ledger, asks here, and acts.

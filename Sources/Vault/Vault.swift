// Vault puts the layers together: a place, what its ledger says, the keys that an identity opens,
// and the two roads through the house, sealing records and reading them.
//
// It isn't the formats (Keyring, Boxes, Ledger), which know no files; it copies nothing elsewhere
// (Backup); and it neither asks nor prints (strongroom).

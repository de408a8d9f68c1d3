// Drill rehearses a recovery: it takes a plan, loses what the plan says, brings the archive back from a
// destination for real, judges the result against objectives and leaves signed evidence.
//
// It isn't recovery itself (Backup), and it never touches the vault but to enter what came out.

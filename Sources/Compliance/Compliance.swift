// Compliance tells an auditor how the archive stands: facts read off one open place's ledger, each with the entries that it
// stands on, and by them which controls of laws and standards are met. It opens no box, and enters nothing but, where it
// is asked to, that somebody vouches for the report.

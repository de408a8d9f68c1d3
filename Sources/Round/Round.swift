// Round does unattended what is due: snapshots, verification, drills. It says what is late or wrong, and tells people.
//
// What is due follows from the policy, the configuration and the ledger (Work); doing it is Run; how the vault stands
// afterwards, and who is to see to what, is Standing. It brings no rule of its own about what counts.

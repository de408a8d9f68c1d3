// Round is the night guard: it looks what is due, does what an operator may, and says what is done, late or wrong.
//
// It stands over Backup and Drill, which do the work, and decides when; nothing here opens a record by itself.

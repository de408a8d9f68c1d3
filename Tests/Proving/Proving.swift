// Proofs that take the real program, real folders and real keys through what a disk, a power cut, a second writer or a
// year can do to them: every crash point, and a simulated year. Not a place for what a single test can show; nothing
// here is part of the program.

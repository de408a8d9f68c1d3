// Storage: the one door to disk and network.
//
// It knows objects (bytes under a name, put once, never overwritten), local files that must survive a crash,
// folders to read records from and folders to write records to. It says when something is durable, and it
// never follows a symbolic link inside a place, a source or a target.
//
// It knows nothing of what the bytes mean: no keys, no boxes, no ledger. Whoever needs a copy judged hands in
// the judgement (`MirroredStore`). Calls block; run them on a `BlockingPool`.

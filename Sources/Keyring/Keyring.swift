// Keyring: all keys of a vault, as values and as bytes (Docs/Format.md, chapter 2).
//
// It seals and opens generations, sections, pages, grants and additions, derives what is derived from two keys,
// makes the next generation from the one before, and compares the two. It reads no file and no clock: whoever calls
// it hands sealed bytes in and takes sealed bytes out. It doesn't know the ledger, boxes, places or roles.

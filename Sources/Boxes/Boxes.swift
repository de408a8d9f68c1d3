// Boxes: the format of a box, and of what lies in it (Docs/Format.md, chapter 3).
//
// A box holds bundles of records in sealed streams: bodies, tables, an index. This module turns records into
// a box's bytes and back, and refuses what isn't exactly that. Bytes go to a `BoxSink` and come from a
// `BoxSource`: it opens no file, asks no clock, and knows neither the keyring nor the ledger. Whose keys, which
// box and which version counts is decided above.

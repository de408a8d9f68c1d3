// Sealing turns bytes into what nobody else can read or alter: sealed streams, identities, and messages
// sealed to a public key. It also holds the small values (ids, digests, secrets, canonical JSON) that the
// formats above share.
//
// It knows no files and no format of Strongroom beyond these; libcrypto and swift-crypto are seen here only.

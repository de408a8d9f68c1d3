// Backup copies what a place holds to another, verifies places, and brings a vault back. It moves ciphertext and
// compares digests; where records are to be opened it asks Vault. It makes no keys and knows no box from inside.

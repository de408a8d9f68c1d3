// S3 is a store in a bucket (`S3Store`): it speaks S3's protocol over HTTP, signs each request, tries again what may be
// tried again, and finds out after a lost answer what came of it. It knows objects by their names, and nothing of what they
// mean. Cryptography here is that of the protocol (signatures, checksums of bodies); nothing is sealed or opened.

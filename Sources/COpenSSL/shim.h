#ifndef STRONGROOM_COPENSSL_H
#define STRONGROOM_COPENSSL_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <malloc.h>

// OPENSSL_zalloc and its like are macros, which Swift can't see.
static inline void *strongroom_zalloc(size_t count) { return OPENSSL_zalloc(count); }
static inline void strongroom_clear_free(void *memory, size_t count) { OPENSSL_clear_free(memory, count); }

// Cleanses what a Swift object on the heap holds behind its header of two words.
static inline void strongroom_cleanse_object(void *object) {
  size_t header = 2 * sizeof(void *), size = malloc_usable_size(object);
  if (size > header) OPENSSL_cleanse((char *)object + header, size - header);
}

// EVP_Digest would do the same, but its last parameter is an ENGINE, which OpenSSL 4 no longer has.
static inline int strongroom_digest(const EVP_MD *md, const uint8_t *bytes, size_t count, uint8_t *out) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL) return 0;
  int done = EVP_DigestInit_ex2(context, md, NULL) == 1 && EVP_DigestUpdate(context, bytes, count) == 1 &&
             EVP_DigestFinal_ex(context, out, NULL) == 1;
  EVP_MD_CTX_free(context);
  return done;
}

// What is empty has no address in Swift, and libcrypto takes a null key for none given.
static inline const uint8_t *strongroom_some(const uint8_t *bytes) {
  static const uint8_t nothing = 0;
  return bytes == NULL ? &nothing : bytes;
}

// EVP_KDF takes its parameters as an array that ends with OSSL_PARAM_END; here all at once, no copies kept.
static inline int strongroom_hkdf(EVP_KDF *kdf, int mode, const uint8_t *key, size_t key_count,
                                  const uint8_t *salt, size_t salt_count, const uint8_t *info,
                                  size_t info_count, uint8_t *out, size_t out_count) {
  EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
  if (context == NULL) return 0;
  OSSL_PARAM params[6];
  int n = 0;
  params[n++] = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
  params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA512", 0);
  params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)strongroom_some(key), key_count);
  if (salt_count > 0)
    params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_count);
  if (info_count > 0)
    params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count);
  params[n] = OSSL_PARAM_construct_end();
  int done = EVP_KDF_derive(context, out, out_count, params);
  EVP_KDF_CTX_free(context);
  return done == 1;
}

static inline int strongroom_scrypt(EVP_KDF *kdf, const uint8_t *passphrase, size_t passphrase_count,
                                    const uint8_t *salt, size_t salt_count, uint64_t n, uint32_t r,
                                    uint32_t p, uint64_t memory, uint8_t *out, size_t out_count) {
  EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
  if (context == NULL) return 0;
  OSSL_PARAM params[7];
  params[0] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, (void *)strongroom_some(passphrase),
                                                passphrase_count);
  params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)strongroom_some(salt), salt_count);
  params[2] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n);
  params[3] = OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r);
  params[4] = OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p);
  params[5] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory);
  params[6] = OSSL_PARAM_construct_end();
  int done = EVP_KDF_derive(context, out, out_count, params);
  EVP_KDF_CTX_free(context);
  return done == 1;
}

// PKCS5 has libcrypto take the short passwords and salts that SLIP-39 gives it. libcrypto wipes the password when it frees the
// context, but not the salt, which is half of a secret here: it wipes it where another one is set.
static inline int strongroom_pbkdf2(EVP_KDF *kdf, const uint8_t *password, size_t password_count,
                                    const uint8_t *salt, size_t salt_count, uint64_t iterations, uint8_t *out,
                                    size_t out_count) {
  EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
  if (context == NULL) return 0;
  int pkcs5 = 1;
  OSSL_PARAM params[6];
  params[0] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, (void *)strongroom_some(password),
                                                password_count);
  params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)strongroom_some(salt), salt_count);
  params[2] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &iterations);
  params[3] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
  params[4] = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &pkcs5);
  params[5] = OSSL_PARAM_construct_end();
  int done = EVP_KDF_derive(context, out, out_count, params);
  OSSL_PARAM other[2];
  other[0] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)"no salt", 7);
  other[1] = OSSL_PARAM_construct_end();
  EVP_KDF_CTX_set_params(context, other);
  EVP_KDF_CTX_free(context);
  return done == 1;
}

static inline int strongroom_hmac256(EVP_MAC *mac, const uint8_t *key, size_t key_count, const uint8_t *message,
                                     size_t message_count, uint8_t *out) {
  EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
  if (context == NULL) return 0;
  OSSL_PARAM params[2];
  params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0);
  params[1] = OSSL_PARAM_construct_end();
  size_t written = 0;
  int done = EVP_MAC_init(context, strongroom_some(key), key_count, params) == 1 &&
             EVP_MAC_update(context, message, message_count) == 1 &&
             EVP_MAC_final(context, out, &written, 32) == 1 && written == 32;
  EVP_MAC_CTX_free(context);
  return done;
}

// Whether edwards25519 has a point with this y, 32 bytes, the lowest first, below the prime: x^2 = (y^2 - 1) / (d y^2 + 1)
// has a root, so numerator times denominator is a square. 1 or 0; -1 where there is no memory.
static inline int strongroom_is_edwards_y(const uint8_t *bytes) {
  int is = -1;
  BN_CTX *context = BN_CTX_new();
  BIGNUM *p = NULL, *d = NULL, *y = BN_lebin2bn(bytes, 32, NULL), *u = BN_new(), *v = BN_new();
  if (context != NULL && y != NULL && u != NULL && v != NULL &&
      BN_hex2bn(&p, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed") &&
      BN_hex2bn(&d, "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3") &&
      BN_mod_sqr(y, y, p, context) && BN_mod_mul(v, d, y, p, context) && BN_add_word(v, 1) &&
      BN_mod_sub(u, y, BN_value_one(), p, context) && BN_mod_mul(u, u, v, p, context)) {
    int symbol = BN_kronecker(u, p, context);
    if (symbol >= -1) is = symbol >= 0;
  }
  BN_free(p), BN_free(d), BN_free(y), BN_free(u), BN_free(v), BN_CTX_free(context);
  return is;
}

#endif

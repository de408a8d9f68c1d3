#ifndef STRONGROOM_SHA256_PAIR_H
#define STRONGROOM_SHA256_PAIR_H

// SHA-256's compression function (FIPS 180-4, 6.2.2) over two messages at once, by the processor's own SHA
// instructions. One message alone waits for each of them four cycles and uses half of them: libcrypto digests one
// message at a time, and has no call for two. Whoever calls this compares it with libcrypto first.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static inline int strongroom_sha256_pair_works(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 9)) || !(c & (1u << 19))) return 0;  // SSSE3, SSE4.1
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29));                      // SHA
}

#define STRONGROOM_SHA __attribute__((target("sha,sse4.1,ssse3")))

// Four rounds of both messages; the first 16 words are read, the others follow from those before.
#define STRONGROOM_ROUNDS(lane, i, w) \
  do { \
    __m128i sum = _mm_add_epi32(w, k##i); \
    lane##1 = _mm_sha256rnds2_epu32(lane##1, lane##0, sum); \
    lane##0 = _mm_sha256rnds2_epu32(lane##0, lane##1, _mm_shuffle_epi32(sum, 0x0e)); \
  } while (0)
#define STRONGROOM_READ(lane, i) \
  do { \
    lane##w##i = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(lane##p + 16 * i)), turn); \
    STRONGROOM_ROUNDS(lane, i, lane##w##i); \
  } while (0)
#define STRONGROOM_NEXT(lane, i, w0, w1, w2, w3) \
  do { \
    __m128i next = _mm_add_epi32(_mm_sha256msg1_epu32(lane##w0, lane##w1), _mm_alignr_epi8(lane##w3, lane##w2, 4)); \
    lane##w0 = _mm_sha256msg2_epu32(next, lane##w3); \
    STRONGROOM_ROUNDS(lane, i, lane##w0); \
  } while (0)
#define STRONGROOM_K(i, a, b, c, d) const __m128i k##i = _mm_setr_epi32((int)a, (int)b, (int)c, (int)d)

#define STRONGROOM_BEGIN(lane, state) \
  __m128i lane##1 = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b); \
  __m128i lane##0 = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1); \
  do { \
    __m128i ab = lane##0; \
    lane##0 = _mm_alignr_epi8(ab, lane##1, 8); \
    lane##1 = _mm_blend_epi16(lane##1, ab, 0xf0); \
  } while (0)
#define STRONGROOM_END(lane, state) \
  do { \
    __m128i feba = _mm_shuffle_epi32(lane##0, 0x1b); \
    __m128i dchg = _mm_shuffle_epi32(lane##1, 0xb1); \
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0)); \
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8)); \
  } while (0)

STRONGROOM_SHA static inline void strongroom_sha256_pair(uint32_t *one, const uint8_t *onep, uint32_t *two,
                                                         const uint8_t *twop, size_t blocks) {
  const __m128i turn = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  STRONGROOM_BEGIN(x, one);
  STRONGROOM_BEGIN(y, two);
  const uint8_t *xp = onep, *yp = twop;
  for (; blocks > 0; blocks--, xp += 64, yp += 64) {
    const __m128i x0before = x0, x1before = x1, y0before = y0, y1before = y1;
    __m128i xw0, xw1, xw2, xw3, yw0, yw1, yw2, yw3;
#define STRONGROOM_BOTH_READ(i, a, b, c, d) \
  do { STRONGROOM_K(i, a, b, c, d); STRONGROOM_READ(x, i); STRONGROOM_READ(y, i); } while (0)
#define STRONGROOM_BOTH(i, w0, w1, w2, w3, a, b, c, d) \
  do { STRONGROOM_K(i, a, b, c, d); STRONGROOM_NEXT(x, i, w0, w1, w2, w3); STRONGROOM_NEXT(y, i, w0, w1, w2, w3); } while (0)
    STRONGROOM_BOTH_READ(0, 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5);
    STRONGROOM_BOTH_READ(1, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5);
    STRONGROOM_BOTH_READ(2, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3);
    STRONGROOM_BOTH_READ(3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174);
    STRONGROOM_BOTH(4, w0, w1, w2, w3, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc);
    STRONGROOM_BOTH(5, w1, w2, w3, w0, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da);
    STRONGROOM_BOTH(6, w2, w3, w0, w1, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7);
    STRONGROOM_BOTH(7, w3, w0, w1, w2, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967);
    STRONGROOM_BOTH(8, w0, w1, w2, w3, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13);
    STRONGROOM_BOTH(9, w1, w2, w3, w0, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85);
    STRONGROOM_BOTH(10, w2, w3, w0, w1, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3);
    STRONGROOM_BOTH(11, w3, w0, w1, w2, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070);
    STRONGROOM_BOTH(12, w0, w1, w2, w3, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5);
    STRONGROOM_BOTH(13, w1, w2, w3, w0, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3);
    STRONGROOM_BOTH(14, w2, w3, w0, w1, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208);
    STRONGROOM_BOTH(15, w3, w0, w1, w2, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2);
    x0 = _mm_add_epi32(x0, x0before);
    x1 = _mm_add_epi32(x1, x1before);
    y0 = _mm_add_epi32(y0, y0before);
    y1 = _mm_add_epi32(y1, y1before);
  }
  STRONGROOM_END(x, one);
  STRONGROOM_END(y, two);
}

#else

static inline int strongroom_sha256_pair_works(void) { return 0; }
static inline void strongroom_sha256_pair(uint32_t *one, const uint8_t *onep, uint32_t *two, const uint8_t *twop,
                                          size_t blocks) {
  (void)one, (void)onep, (void)two, (void)twop, (void)blocks;
}

#endif

// A message on its way: what was compressed, and what doesn't fill a block of 64 bytes yet.
struct strongroom_sha256 {
  uint32_t words[8];
  uint64_t length;
  uint8_t rest[64];
};

static inline void strongroom_sha256_begin(struct strongroom_sha256 *message) {
  static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(message->words, first, sizeof first);
  message->length = 0;
}

// One message alone takes as long as it does beside another.
static inline void strongroom_sha256_alone(uint32_t *words, const uint8_t *bytes, size_t blocks) {
  uint32_t unused[8] = {0};
  if (blocks > 0) strongroom_sha256_pair(words, bytes, unused, bytes, blocks);
}

// Fills the block that was begun; returns how many bytes that took.
static inline size_t strongroom_sha256_fill(struct strongroom_sha256 *message, const uint8_t *bytes, size_t count) {
  size_t held = message->length % 64;
  if (held == 0 || count == 0) return 0;
  size_t taken = count < 64 - held ? count : 64 - held;
  memcpy(message->rest + held, bytes, taken);
  message->length += taken;
  if (held + taken == 64) strongroom_sha256_alone(message->words, message->rest, 1);
  return taken;
}

// Takes in whole blocks, and keeps what is left, where no block is begun.
static inline void strongroom_sha256_take(struct strongroom_sha256 *message, const uint8_t *bytes, size_t count) {
  if (count == 0) return;
  strongroom_sha256_alone(message->words, bytes, count / 64);
  memcpy(message->rest, bytes + count / 64 * 64, count % 64);
  message->length += count;
}

// The next bytes of one message.
static inline void strongroom_sha256_update_one(struct strongroom_sha256 *message, const uint8_t *bytes,
                                                size_t count) {
  size_t filled = strongroom_sha256_fill(message, bytes, count);
  if (count > filled) strongroom_sha256_take(message, bytes + filled, count - filled);
}

// The next bytes of two messages, as far as both go side by side.
static inline void strongroom_sha256_update_two(struct strongroom_sha256 *one, const uint8_t *onep, size_t onen,
                                                struct strongroom_sha256 *two, const uint8_t *twop, size_t twon) {
  size_t filled = strongroom_sha256_fill(one, onep, onen);
  if (onen > 0) onep += filled, onen -= filled;
  filled = strongroom_sha256_fill(two, twop, twon);
  if (twon > 0) twop += filled, twon -= filled;
  size_t blocks = (onen < twon ? onen : twon) / 64;
  if (blocks > 0) {
    strongroom_sha256_pair(one->words, onep, two->words, twop, blocks);
    onep += blocks * 64, onen -= blocks * 64, one->length += blocks * 64;
    twop += blocks * 64, twon -= blocks * 64, two->length += blocks * 64;
  }
  strongroom_sha256_take(one, onep, onen);
  strongroom_sha256_take(two, twop, twon);
}

// Pads (FIPS 180-4, 5.1.1), writes the digest, and begins anew.
static inline void strongroom_sha256_finish(struct strongroom_sha256 *message, uint8_t *out) {
  uint64_t bits = message->length * 8;
  size_t held = message->length % 64;
  uint8_t last[128] = {0};
  memcpy(last, message->rest, held);
  last[held] = 0x80;
  size_t blocks = held < 56 ? 1 : 2;
  for (int i = 0; i < 8; i++) last[blocks * 64 - 1 - i] = (uint8_t)(bits >> (8 * i));
  strongroom_sha256_alone(message->words, last, blocks);
  for (int i = 0; i < 32; i++) out[i] = (uint8_t)(message->words[i / 4] >> (24 - 8 * (i % 4)));
  strongroom_sha256_begin(message);
}

#endif

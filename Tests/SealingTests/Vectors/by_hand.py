"""What libraries don't give to a script: ML-KEM-768 with randomness of one's choice (FIPS 203, 5 to 7), HPKE's key schedule
(RFC 9180, 5.1), and Ed25519 down to its points (RFC 8032, 5.1). For test vectors: slow, and blind to side channels."""

import hashlib
import hmac

# ML-KEM-768

Q, K = 3329, 3
ZETAS = [pow(17, int(f"{i:07b}"[::-1], 2), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * int(f"{i:07b}"[::-1], 2) + 1, Q) for i in range(128)]


def ntt(f):
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, 256, 2 * length):
            for j in range(start, start + length):
                t = ZETAS[i] * f[j + length] % Q
                f[j], f[j + length] = (f[j] + t) % Q, (f[j] - t) % Q
            i += 1
        length //= 2
    return f


def inverse_ntt(f):
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, 256, 2 * length):
            for j in range(start, start + length):
                f[j], f[j + length] = (f[j] + f[j + length]) % Q, ZETAS[i] * (f[j + length] - f[j]) % Q
            i -= 1
        length *= 2
    return [x * 3303 % Q for x in f]


def multiply(f, g):
    h = []
    for i in range(128):
        (a, b), (c, d) = f[2 * i : 2 * i + 2], g[2 * i : 2 * i + 2]
        h += [(a * c + b * d * GAMMAS[i]) % Q, (a * d + b * c) % Q]
    return h


def add(f, *others):
    for g in others:
        f = [(x + y) % Q for x, y in zip(f, g)]
    return f


def bits(data):
    return [byte >> i & 1 for byte in data for i in range(8)]


def unpack(data, d):
    b = bits(data)
    return [sum(b[i + j] << j for j in range(d)) for i in range(0, len(b), d)]


def pack(values, d):
    whole = sum(value << d * i for i, value in enumerate(values))
    return whole.to_bytes(len(values) * d // 8, "little")


def uniform(seed):
    stream, out = hashlib.shake_128(seed).digest(3 * 1024), []
    for a, b, c in zip(stream[::3], stream[1::3], stream[2::3]):
        out += [x for x in (a + 256 * (b % 16), b // 16 + 16 * c) if x < Q]
    return out[:256]


def noise(seed, n):
    b = bits(hashlib.shake_256(seed + bytes([n])).digest(128))
    return [(b[4 * i] + b[4 * i + 1] - b[4 * i + 2] - b[4 * i + 3]) % Q for i in range(256)]


def compress(f, d):
    return [(x * 2**d + Q // 2) // Q % 2**d for x in f]


def encapsulate(public, randomness):
    """(ciphertext, shared secret) for a public key of 1,184 bytes."""
    shared, seed = (lambda h: (h[:32], h[32:]))(hashlib.sha3_512(randomness + hashlib.sha3_256(public).digest()).digest())
    t, rho = [unpack(public[384 * i : 384 * (i + 1)], 12) for i in range(K)], public[384 * K :]
    y = [ntt(noise(seed, n)) for n in range(K)]
    # The matrix is transposed.
    rows = [[multiply(uniform(rho + bytes([i, j])), y[j]) for j in range(K)] for i in range(K)]
    u = [add(inverse_ntt(add(*rows[i])), noise(seed, K + i)) for i in range(K)]
    message = [(Q + 1) // 2 * bit for bit in bits(randomness)]
    v = add(inverse_ntt(add(*(multiply(t[i], y[i]) for i in range(K)))), noise(seed, 2 * K), message)
    return b"".join(pack(compress(f, 10), 10) for f in u) + pack(compress(v, 4), 4), shared


# HPKE


def extract(salt, data):
    return hmac.new(salt or bytes(32), data, "sha256").digest()


def expand(key, info, count):
    out, block = b"", b""
    while len(out) < count:
        block = hmac.new(key, block + info + bytes([len(out) // 32 + 1]), "sha256").digest()
        out += block
    return out[:count]


def key_schedule(shared, info, mode=0, kem=0x647A, kdf=1, aead=2):
    """(key, base nonce) of the first message; HKDF-SHA-256 whatever the suite's name says."""
    suite = b"HPKE" + b"".join(n.to_bytes(2, "big") for n in (kem, kdf, aead))

    def labeled_extract(salt, label, data):
        return extract(salt, b"HPKE-v1" + suite + label + data)

    def labeled_expand(key, label, data, count):
        return expand(key, count.to_bytes(2, "big") + b"HPKE-v1" + suite + label + data, count)

    context = bytes([mode]) + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared, b"secret", b"")
    return labeled_expand(secret, b"key", context, 32), labeled_expand(secret, b"base_nonce", context, 12)


# Ed25519

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
BASE_Y = 4 * pow(5, -1, P) % P


def sum_of(a, b):
    (x1, y1), (x2, y2) = a, b
    m = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + m, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - m, -1, P) % P


def times(n, point):
    out = (0, 1)
    while n:
        if n & 1:
            out = sum_of(out, point)
        point, n = sum_of(point, point), n >> 1
    return out


def encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def decode(data):
    """RFC 8032, 5.1.3; None where it is no point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


BASE = decode(BASE_Y.to_bytes(32, "little"))


def challenge(r, public, message, prefix=b""):
    return int.from_bytes(hashlib.sha512(prefix + r + public + message).digest(), "little") % L


def secret_scalar(seed):
    """(scalar, prefix), RFC 8032, 5.1.5."""
    h = hashlib.sha512(seed).digest()
    return int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254, h[32:]


def verifies(public, message, signature):
    """RFC 8032, 5.1.7, without the cofactor."""
    a, r = decode(public), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L:
        return False
    return times(s, BASE) == sum_of(r, times(challenge(signature[:32], public, message), a))

/* random_body.h - Philox 4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011):
 * random numbers as a function of a key and a counter, so that any element's numbers can be had alone, in any order,
 * on any thread. */

/* The four words of counter (c0, c1, c2, c3) under the key, in place. */
CK_INLINE void CK_NAME(philox)(uint32_t c[4], uint64_t seed) {
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c[0], p1 = (uint64_t)0xCD9E8D57u * c[2];
        const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c[1] ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c[3] ^ k1;
        c[0] = n0, c[1] = (uint32_t)p1, c[2] = n2, c[3] = (uint32_t)p0;
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
}

/* Four numbers of the key for an item (row, image, place in the data) and one block of four elements. */
CK_INLINE void CK_NAME(random_block)(uint32_t out[4], const ck_random *key, uint32_t offset, uint32_t block) {
    out[0] = block, out[1] = key->item + offset, out[2] = key->stream, out[3] = key->step;
    CK_NAME(philox)(out, key->seed);
}

/* A number in [0, 1): the upper 24 bits, so that it is exact in float. */
CK_INLINE float CK_NAME(unit)(uint32_t bits) { return (float)(bits >> 8) * 0x1p-24f; }

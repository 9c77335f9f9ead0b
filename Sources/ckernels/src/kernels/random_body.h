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

/* 64 numbers: 16 blocks, each of its own item, or, with item and block NULL, blocks first_block to first_block + 15 of
 * one item (arrays written just before would have to come back from memory). Each number sits in a 64-bit lane whose upper half is dirt: the packed
 * 32 x 32 multiplication reads only the lower half, so that a round is six instructions for a vector of blocks. */
CK_INLINE void CK_NAME(philox_16)(uint32_t out[64], const ck_random *key, const uint32_t *item, const uint32_t *block, uint32_t one_item,
                                  uint32_t first_block) {
    ck_pair *restrict pairs = (ck_pair *)(void *)out; /* taking the halves apart one by one would become gathers */
    const uint64_t stream = key->stream, step = key->step;
    const uint32_t k0 = (uint32_t)key->seed, k1 = (uint32_t)(key->seed >> 32);
    for (uint32_t l = 0; l < 16; l++) {
        uint64_t c0 = block ? block[l] : first_block + l, c1 = item ? item[l] : one_item, c2 = stream, c3 = step;
        for (uint32_t round = 0; round < 10; round++) {
            const uint64_t p0 = (c0 & 0xffffffffu) * 0xD2511F53u, p1 = (c2 & 0xffffffffu) * 0xCD9E8D57u;
            c0 = (p1 >> 32) ^ c1 ^ (uint32_t)(k0 + round * 0x9E3779B9u), c1 = p1;
            c2 = (p0 >> 32) ^ c3 ^ (uint32_t)(k1 + round * 0xBB67AE85u), c3 = p0;
        }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        pairs[2 * l] = (c0 & 0xffffffffu) | c1 << 32;
        pairs[2 * l + 1] = (c2 & 0xffffffffu) | c3 << 32;
#else
        pairs[2 * l] = c0 << 32 | (c1 & 0xffffffffu);
        pairs[2 * l + 1] = c2 << 32 | (c3 & 0xffffffffu);
#endif
    }
}

/* The same as a call: 150 instructions need not be in every loop. */
static CK_UNUSED __attribute__((noinline)) void CK_NAME(random_blocks)(uint32_t out[64], const ck_random *key, const uint32_t item[16],
                                                                       const uint32_t block[16]) {
    CK_NAME(philox_16)(out, key, item, block, 0, 0);
}

/* 64 numbers of one item: blocks block .. block + 15. */
static CK_UNUSED __attribute__((noinline)) void CK_NAME(random_64)(uint32_t out[64], const ck_random *key, uint32_t offset, uint32_t block) {
    CK_NAME(philox_16)(out, key, NULL, NULL, key->item + offset, block);
}

/* The numbers of elements first .. first + count - 1 of an item: element e has number e % 4 of block e / 4.
 * Writes whole groups of blocks: `out` has room for 64 more than are asked for. */
CK_INLINE void CK_NAME(random_elements)(uint32_t *out, const ck_random *key, uint32_t offset, uint64_t first, int32_t count) {
    uint32_t part[64];
    const size_t skip = (size_t)(first % 4);
    uint32_t block = (uint32_t)(first / 4);
    if (skip == 0) {
        for (int32_t done = 0; done < count; done += 64, block += 16) CK_NAME(random_64)(out + done, key, offset, block);
        return;
    }
    CK_NAME(random_64)(part, key, offset, block);
    memcpy(out, part + skip, (64 - skip) * sizeof *part);
    for (int32_t done = 64 - (int32_t)skip; done < count; done += 64) CK_NAME(random_64)(out + done, key, offset, block += 16);
}

/* test_random.c - the generator against the vectors published with Random123 (kat_vectors, philox4x32 10). */
#include "harness.h"

/* ck_random_block's counter is (block, item + offset, stream, step). */
static void expect_block(const uint32_t counter[4], uint64_t seed, const uint32_t want[4]) {
    begin_case("counter %08x %08x %08x %08x", counter[0], counter[1], counter[2], counter[3]);
    const ck_random key = {seed, counter[3], counter[2], 7};
    uint32_t got[4];
    ck_random_block(got, &key, counter[1] - 7, counter[0]);
    expect_same_bytes("numbers", got, want, sizeof got);
}

void test_random_known_answers(void) {
    expect_block((uint32_t[]){0, 0, 0, 0}, 0, (uint32_t[]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    expect_block((uint32_t[]){~0u, ~0u, ~0u, ~0u}, ~0ull, (uint32_t[]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    expect_block((uint32_t[]){0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822,
                 (uint32_t[]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

void test_random_streams(void) {
    begin_case("packing");
    expect(ck_random_stream(CK_RANDOM_DROPOUT, 3, 5) == 0x02003005, "domain, layer and micro-step share bits");
    expect(ck_random_stream(CK_RANDOM_TEST, 4095, 4095) == 0xffffffffu, "the largest values do not fit");
}

/* random.c - the random numbers of the kernels, for everybody else. */
#define CK_NAME(f) f##_plain
#include "common.h"
#include "kernels/random_body.h"

void ck_random_block(uint32_t out[4], const ck_random *key, uint32_t offset, uint32_t block) {
    CK_NAME(random_block)(out, key, offset, block);
}

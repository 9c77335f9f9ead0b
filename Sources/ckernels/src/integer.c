/* integer.c - bounds of integer products. */
#include "common.h"

int32_t ck_integer_limit(int64_t inputs) {
    if (inputs < 1) return 32767;
    return (int32_t)ck_min(32767, INT32_MAX / (128 * ck_min(inputs, INT32_MAX)));
}

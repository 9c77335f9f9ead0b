/* common.h - what every kernel file needs. Included once per instruction set, before its target is set:
 * system headers must be compiled for the plain processor. */
#ifndef CK_COMMON_H
#define CK_COMMON_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ck_kernels.h"

#define CK_CONCAT_(a, b) a##b
#define CK_CONCAT(a, b) CK_CONCAT_(a, b)
#define CK_PRAGMA(text) _Pragma(#text)

/* Every function between push and pop is compiled for these processor features.
 * They are listed one by one: "arch=x86-64-v4" would keep 256-bit vectors. */
#if defined(__clang__)
#define CK_TARGET_PUSH(features) CK_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define CK_TARGET_POP CK_PRAGMA(clang attribute pop)
#elif defined(__GNUC__)
#define CK_TARGET_PUSH(features) CK_PRAGMA(GCC push_options) CK_PRAGMA(GCC target(features))
#define CK_TARGET_POP CK_PRAGMA(GCC pop_options)
#endif

/* Between push and pop no multiplication is fused with an addition, so that every instruction set rounds alike. */
#if defined(__clang__)
#define CK_EXACT_PUSH CK_PRAGMA(STDC FP_CONTRACT OFF)
#define CK_EXACT_POP CK_PRAGMA(STDC FP_CONTRACT DEFAULT)
#elif defined(__GNUC__)
#define CK_EXACT_PUSH CK_PRAGMA(GCC push_options) CK_PRAGMA(GCC optimize("fp-contract=off"))
#define CK_EXACT_POP CK_PRAGMA(GCC pop_options)
#endif

/* On every loop of a register tile but the innermost, the one over channels. Without it clang vectorises an
 * outer loop with gathers and scatters, 2 to 12 times slower. */
#if defined(__clang__)
#define CK_NOVEC CK_PRAGMA(clang loop vectorize(disable))
#define CK_UNROLL CK_PRAGMA(clang loop vectorize(disable) unroll(full))
#else
#define CK_NOVEC
#define CK_UNROLL CK_PRAGMA(GCC unroll 32)
#endif

/* Vectors for the few places where plain loops do not become them. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define CK_SHUFFLES 1
typedef float ck_float_4 __attribute__((vector_size(16)));
typedef float ck_float_8 __attribute__((vector_size(32)));
typedef float ck_float_16 __attribute__((vector_size(64)));
typedef double ck_double_4 __attribute__((vector_size(32)));
#endif
#endif
#ifndef CK_SHUFFLES
#define CK_SHUFFLES 0
#endif

/* On elementwise loops whose output may be one of the inputs: no element depends on another, so there is nothing to check. */
#if defined(__clang__)
#define CK_ELEMENTWISE CK_PRAGMA(clang loop vectorize(assume_safety) interleave_count(1))
#else
#define CK_ELEMENTWISE CK_PRAGMA(GCC ivdep)
#endif

/* Two 32-bit numbers as one, wherever they lie. */
typedef uint64_t __attribute__((may_alias, aligned(4))) ck_pair;

#define CK_INLINE static inline __attribute__((always_inline, unused))
#define CK_UNUSED __attribute__((unused))

/* Square root and rounding without a call and without errno, so that loops around them vectorise. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_sqrt)
#define ck_sqrtf(x) __builtin_elementwise_sqrt((float)(x))
#endif
#if __has_builtin(__builtin_elementwise_roundeven)
#define ck_roundf(x) __builtin_elementwise_roundeven((float)(x))
#endif
#endif
#ifndef ck_sqrtf
#define ck_sqrtf(x) sqrtf(x)
#endif
#ifndef ck_roundf
/* Ties to even by adding and taking off 1.5 * 2^23; right for |x| < 2^22, which all callers keep. */
#define ck_roundf(x) (((float)(x) + 12582912.0f) - 12582912.0f)
#endif

static inline int64_t ck_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t ck_max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t ck_round_up(int64_t a, int64_t step) { return (a + step - 1) / step * step; }

/* The channels first ..< end of a part, of `stored` ones: all of them where part_count is 0. */
static inline int32_t ck_part_end(int32_t first, int32_t count, int32_t stored) { return count ? (int32_t)ck_min((int64_t)first + count, stored) : stored; }

/* Inputs that one output channel has in the weights as stored. */
static inline int64_t ck_conv_weight_inputs(const ck_conv *s) {
    return s->groups == 1 ? s->in_stored : s->in_channels / s->groups;
}

#endif

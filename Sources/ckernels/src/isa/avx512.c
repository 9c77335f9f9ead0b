/* avx512.c - every kernel for AVX-512 with 512-bit vectors. */
#if defined(__x86_64__)
#define CK_ISA avx512
#define CK_NAME(f) f##_avx512
#define CK_LANES 16
#include "../common.h"
CK_TARGET_PUSH("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,bmi,bmi2")
#include "../bodies.h"
CK_TARGET_POP
#include "../table.h"
#else
typedef int ck_no_avx512; /* a file may not be empty */
#endif

/* avx2.c - every kernel for AVX2 with FMA. */
#if defined(__x86_64__)
#define CK_ISA avx2
#define CK_NAME(f) f##_avx2
#define CK_LANES 8
#include "../common.h"
CK_TARGET_PUSH("avx2,fma,bmi,bmi2")
#include "../bodies.h"
CK_TARGET_POP
#include "../table.h"
#else
typedef int ck_no_avx2; /* a file may not be empty */
#endif

/* base.c - every kernel for what all processors of the kind have: SSE2 on x86-64. On arm64 neon.c is that. */
#if !defined(__aarch64__)
#define CK_ISA base
#define CK_NAME(f) f##_base
#define CK_LANES 4
#include "../common.h"
#include "../bodies.h"
#include "../table.h"
#else
typedef int ck_no_base; /* a file may not be empty */
#endif

/* neon.c - every kernel for arm64, where NEON with FMA is what all processors have. */
#if defined(__aarch64__)
#define CK_ISA neon
#define CK_NAME(f) f##_neon
#define CK_LANES 4
#include "../common.h"
#include "../bodies.h"
#include "../table.h"
#else
typedef int ck_no_neon; /* a file may not be empty */
#endif

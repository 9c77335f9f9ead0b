/* ref.c - the plain twins, float storage: instruction set "ref". */
#define CK_ISA ref
#define CK_NAME(f) f##_ref
#define CK_LANES 1
#include "../common.h"
#define CK_REAL float
#include "bodies.h"
#include "../table.h"

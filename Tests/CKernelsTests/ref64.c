/* ref64.c - the plain twins of all kernels with double storage: what gradients are checked on. */
#define CK_NAME(f) f##_ref64
#define CK_LANES 1
#include "harness.h"
#define CK_REAL double
#include "ref/bodies.h"

const kernels64 ref64 = {
    .isa = "ref",
#define CK_KERNEL(family, name, parameters) CK_NAME(name),
#include "kernels.def"
#undef CK_KERNEL
};

/* table.h - the table of the instruction set whose bodies have just been included. */
#define CK_KERNEL(family, name, parameters) CK_NAME(name),
#define CK_STRING_(x) #x
#define CK_STRING(x) CK_STRING_(x)
const ck_kernels CK_NAME(ck_table) = {
    sizeof(ck_kernels), CK_STRING(CK_ISA),
#include "kernels.def"
};
#undef CK_KERNEL

/* dense.h - what the dense layer's two files share. */
#ifndef CK_DENSE_H
#define CK_DENSE_H

#include "entry.h"

/* Checks a shape and gives it in stored form. */
ck_status ck_dense_check(const char *call, const ck_dense_shape *shape, ck_dense *s);

#endif

/* api.h - the checked entry points as a list, for the tests that do the same to all of them. */
#ifndef API_H
#define API_H

#include "harness.h"

typedef enum api_family { API_MATRIX, API_CONVOLUTION, API_DENSE } api_family;

/* The shape of a call of any family. */
typedef union api_shape {
    ck_matrix_product_shape matrix;
    ck_convolution convolution;
    ck_dense_shape dense;
} api_shape;

enum { API_POINTERS = 4 };

/* One entry point. Pointer 0 is what it writes; `optional` (-1: none) may be NULL. */
typedef struct api_call {
    const char *name;
    api_family family;
    int32_t pointers, optional;
    bool adds; /* to what it writes */
    /* threads < 0: the plain function; else the parallel one. */
    ck_status (*run)(float *const p[API_POINTERS], const api_shape *s, const ck_kernels *kernels, int32_t threads);
} api_call;

enum { API_CALLS = 7, API_PLAIN = -1 };
extern const api_call api_calls[API_CALLS];

/* The number of values behind pointer i of a call. */
int64_t api_count(const api_call *call, const api_shape *s, int32_t i);

/* The shape in words. */
const char *api_text(const api_call *call, const api_shape *s);

/* What the call should write, from the definition, in double. p[0] is what was there before. */
void api_definition(const api_call *call, const api_shape *s, float *const p[API_POINTERS], double *out, double *second);

#endif

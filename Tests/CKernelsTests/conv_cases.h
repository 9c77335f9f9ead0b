/* conv_cases.h - convolutions to test: shapes, data, and the four calls in one. */
#ifndef CONV_CASES_H
#define CONV_CASES_H

#include "harness.h"

typedef struct conv_case {
    ck_conv s;
    int32_t images;
    const float *x, *w, *bias, *dy; /* bias may be NULL */
    uint8_t *index;                 /* of the reference's forward pass, if there is a pool: see fill_index */
    int64_t x_size, y_size, w_size; /* x_size and y_size of one image */
} conv_case;

enum { FIXED_SHAPES = 59, RANDOM_SHAPES = 170 };

/* A shape from what people write: padding on four sides; the output size follows. */
ck_conv conv_shape(int32_t height, int32_t width, int32_t in, int32_t out, int32_t kernel_height, int32_t kernel_width,
                   int32_t stride, int32_t pad_before, int32_t pad_behind, int32_t dilation, int32_t groups, int32_t pool);

/* Begins case i of FIXED_SHAPES + RANDOM_SHAPES. Some are of small whole numbers, with which sums are exact and equals
 * among pooled pixels frequent. Returns false if the shape has no output. */
bool begin_conv(conv_case *c, int i, bool *whole_numbers);

/* The second half of that: data for the shape and the number of images in `c`. */
bool fill_conv(conv_case *c, bool whole_numbers);

/* The length of the sums behind one y, one dx. */
int64_t conv_forward_terms(const ck_conv *s);
int64_t conv_backward_terms(const ck_conv *s);

ck_conv_choice choice_for(const ck_conv *s);

bool is_winograd(ck_conv_algorithm algorithm);

/* Makes `s` ask for an algorithm. False when it gives what CK_CONV_AUTO gives: nothing new to test. */
bool force_algorithm(ck_conv *s, int32_t algorithm, ck_conv_choice *choice);

/* What rounding may do, for the algorithm. */
tolerance conv_tolerance(ck_conv_algorithm algorithm, const float *want, int64_t count, int64_t terms, bool whole_numbers);

/* "y, auto forced, direct chosen,": valid until the next call. */
const char *conv_label(const char *what, const ck_conv *s, ck_conv_algorithm chosen);

/* prepare and run for images first ..< first + count of the case; y, index and dx are those of the whole case. */
void run_forward(const ck_kernels *kernels, const conv_case *c, float *y, uint8_t *index, int32_t first, int32_t count);
void run_backward_input(const ck_kernels *kernels, const conv_case *c, float *dx, int32_t first, int32_t count);
/* All images, in two calls if there are enough, and finish. */
void run_backward_weight(const ck_kernels *kernels, const conv_case *c, float *dw, float *dbias);
/* the same, `group` images a call */
void run_backward_weight_by(const ck_kernels *kernels, const conv_case *c, int32_t group, float *dw, float *dbias);

uint8_t *new_index(const conv_case *c); /* for all images; NULL without a pool */
void fill_index(conv_case *c);          /* what backward needs: the index of the reference's forward pass */

/* A NaN or an infinity in x or dy is not lost, forward and backward. In test_conv_more.c, called by test_conv_forward. */
void check_conv_non_finite(const ck_kernels *fast);

#endif

/* convolution.h - what the files of the checked convolution share. */
#ifndef CK_CONVOLUTION_H
#define CK_CONVOLUTION_H

#include "entry.h"

/* Checks a shape and gives it in stored form: an input of 1 to 4 channels stays as it is when `raw_input` is set. */
ck_status ck_convolution_check(const char *call, const ck_convolution *shape, bool raw_input, ck_conv *s);

/* Multiply-adds of one image. */
double ck_convolution_work(const ck_conv *s);

/* Values of the weights [ky][kx][i][o] in stored form. */
static inline int64_t ck_weight_count(const ck_conv *s) {
    return (int64_t)s->kernel_height * s->kernel_width * ck_conv_weight_inputs(s) * s->out_stored;
}

/* A part of the output channels, or backward of the input channels: what a thread does when it takes channels. */
ck_conv ck_convolution_slice(const ck_conv *s, bool of_input, int32_t channels);

#endif

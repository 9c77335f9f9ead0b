/* conv_body.h - the convolution kernels: each asks how the shape is to be computed and hands over.
 *
 * The workspace of a backward call begins with room for the gradient before the pool, where there is one. */
#include "conv_direct_body.h"
#include "conv_picture_body.h"
#include "conv_plain_body.h"
#include "conv_direct_backward_body.h"
#include "conv_small_body.h"
#include "conv_sparse_body.h"
#include "conv_winograd_body.h"
#include "conv_winograd_weight_body.h"
#include "conv_winograd_input_body.h"

CK_INLINE int64_t CK_NAME(conv_in_values)(const ck_conv *s) { return (int64_t)s->in_height * s->in_width * s->in_stored; }
CK_INLINE int64_t CK_NAME(conv_full_values)(const ck_conv *s) { return (int64_t)s->out_height * s->out_width * s->out_stored; }
CK_INLINE int64_t CK_NAME(conv_out_values)(const ck_conv *s) {
    return s->pool ? (int64_t)(s->out_height / 2) * (s->out_width / 2) * s->out_stored : CK_NAME(conv_full_values)(s);
}

/* How many of `left` images are next, where at most `most` are taken at a time: all groups about alike, since a block of few
 * tiles costs Winograd's algorithm nearly as much as a full one. */
CK_INLINE int32_t CK_NAME(next_images)(int32_t left, int32_t most) {
    const int32_t groups = (left + most - 1) / most;
    return (left + groups - 1) / groups;
}

/* The same convolution without the pool behind it. */
CK_INLINE ck_conv CK_NAME(conv_unpooled)(const ck_conv *s) {
    ck_conv plain = *s;
    plain.pool = 0;
    return plain;
}

/* The gradient before the pool, of `count` images, in `full`; dy itself where there is no pool. */
CK_INLINE const float *CK_NAME(conv_full_gradient)(float *full, const float *dy, const uint8_t *index, int32_t count, const ck_conv *s) {
    if (!s->pool) return dy;
    for (int32_t i = 0; i < count; i++)
        CK_NAME(unpool)(full + i * CK_NAME(conv_full_values)(s), dy + i * CK_NAME(conv_out_values)(s), index + i * CK_NAME(conv_out_values)(s), s);
    return full;
}

static void CK_NAME(conv_forward_prepare)(void *prepared, const float *w, const ck_conv *s) {
    const ck_conv_algorithm algorithm = ck_conv_forward_algorithm(s);
    if (algorithm == CK_CONV_WINOGRAD) CK_NAME(winograd_prepare)(prepared, w, s, CK_NAME(as_it_is));
    else if (algorithm == CK_CONV_WINOGRAD_FEW) CK_NAME(winograd_few_prepare)(prepared, w, s);
    else if (algorithm == CK_CONV_DIRECT) CK_NAME(direct_prepare)(prepared, w, s);
    else memcpy(prepared, w, (size_t)(s->kernel_height * s->kernel_width * ck_conv_weight_inputs(s) * s->out_stored) * sizeof(float));
}

static void CK_NAME(conv_forward)(float *y, uint8_t *index, const float *x, const void *prepared, const float *bias, int32_t images,
                                  const ck_conv *s, void *workspace) {
    const ck_conv_algorithm algorithm = ck_conv_forward_algorithm(s);
    const int64_t in = CK_NAME(conv_in_values)(s), out = CK_NAME(conv_out_values)(s);
#if CK_LANES >= 16
    if (algorithm == CK_CONV_DIRECT && ck_picture_forward(s)) {
        CK_NAME(picture_forward)(y, index, x, prepared, bias, images, s, workspace);
        return;
    }
#endif
    if (algorithm == CK_CONV_DIRECT && ck_conv_gathers(s)) {
        CK_NAME(gathered_forward)(y, x, prepared, bias, images, s, workspace);
    } else if (algorithm == CK_CONV_DIRECT && ck_conv_small(s)) {
        CK_NAME(small_forward)(y, x, prepared, bias, images, s);
    } else if (algorithm == CK_CONV_DIRECT) {
        CK_NAME(direct_forward)(y, index, x, prepared, bias, images, s, workspace);
    } else if (algorithm == CK_CONV_WINOGRAD || algorithm == CK_CONV_WINOGRAD_FEW) {
        CK_NAME(winograd_forward)(y, index, x, prepared, algorithm == CK_CONV_WINOGRAD_FEW, bias, images, s, workspace);
    } else {
        for (int32_t n = 0; n < images; n++) {
            float *const y_n = y + n * out, *const full = s->pool ? workspace : y_n;
            CK_NAME(plain_forward)(full, x + n * in, prepared, bias, s);
            if (s->pool) {
                CK_NAME(pool_activate)(y_n, index ? index + n * out : NULL, full, s);
            } else if (s->activation == CK_RELU) {
                for (int64_t i = 0; i < out; i++) y_n[i] = y_n[i] < 0 ? 0 : y_n[i];
            } else if (s->activation) {
                for (int64_t i = 0; i < out; i++) y_n[i] = y_n[i] < 0 ? s->slope * y_n[i] : y_n[i];
            }
        }
    }
}

static void CK_NAME(conv_backward_input_prepare)(void *prepared, const float *w, const ck_conv *s) {
    const ck_conv_algorithm algorithm = ck_conv_backward_input_algorithm(s);
    const ck_conv reversed = ck_conv_reversed(s);
    if (algorithm == CK_CONV_WINOGRAD && ck_winograd_scatters(s))
        CK_NAME(winograd_prepare)(prepared, w, &reversed, CK_NAME(transposed_only));
    else if (algorithm == CK_CONV_WINOGRAD)
        CK_NAME(winograd_prepare)(prepared, w, &reversed, CK_NAME(turned));
    else if (algorithm == CK_CONV_SPARSE) CK_NAME(sparse_prepare)(prepared, w, s);
    else if (algorithm == CK_CONV_DIRECT) CK_NAME(direct_prepare_reversed)(prepared, w, s);
    else CK_NAME(plain_transpose)(prepared, w, s);
}

static void CK_NAME(conv_backward_input)(float *dx, const float *dy, const uint8_t *index, const void *prepared, int32_t images,
                                         const ck_conv *s, void *workspace) {
    const ck_conv_algorithm algorithm = ck_conv_backward_input_algorithm(s);
    const int64_t in = CK_NAME(conv_in_values)(s), out = CK_NAME(conv_out_values)(s), full = s->pool ? CK_NAME(conv_full_values)(s) : 0;
    if (algorithm == CK_CONV_SPARSE) {
        for (int32_t n = 0; n < images; n += ck_sparse_images(s))
            CK_NAME(sparse_backward_input)(dx + n * in, dy + n * out, index + n * out, prepared, (int32_t)ck_min(ck_sparse_images(s), images - n), s, workspace);
        return;
    }
    const ck_conv reversed = ck_conv_reversed(s);
    if (algorithm == CK_CONV_DIRECT && ck_conv_small(s)) {
        CK_NAME(small_forward)(dx, dy, prepared, NULL, images, &reversed);
        return;
    }
    const bool scatters = ck_winograd_scatters(s);
    const int32_t together = algorithm == CK_CONV_WINOGRAD ? ck_winograd_layout(scatters ? s : &reversed).images : 1;
    float *const rest = (float *)workspace + full * together;
    for (int32_t n = 0, count; n < images; n += count) {
        count = CK_NAME(next_images)(images - n, together);
        const float *dy_n = CK_NAME(conv_full_gradient)(workspace, dy + n * out, s->pool ? index + n * out : NULL, count, s);
        if (algorithm == CK_CONV_WINOGRAD && scatters)
            CK_NAME(winograd_backward_input)(dx + n * in, dy_n, prepared, count, s, rest);
        else if (algorithm == CK_CONV_WINOGRAD)
            CK_NAME(winograd_forward)(dx + n * in, NULL, dy_n, prepared, false, NULL, count, &reversed, rest);
        else if (algorithm == CK_CONV_DIRECT) CK_NAME(direct_backward_input)(dx + n * in, dy_n, prepared, s, rest);
        else CK_NAME(plain_backward_input)(dx + n * in, dy_n, prepared, s);
    }
}

static void CK_NAME(conv_backward_weight)(void *sums, float *dbias, const float *x, const float *dy, const uint8_t *index, int32_t images,
                                          const ck_conv *s, void *workspace) {
    const ck_conv_algorithm algorithm = ck_conv_backward_weight_algorithm(s);
    const int64_t in = CK_NAME(conv_in_values)(s), out = CK_NAME(conv_out_values)(s), full = s->pool ? CK_NAME(conv_full_values)(s) : 0;
    if (dbias) CK_NAME(conv_backward_bias)(dbias, dy, s->pool ? index : NULL, images * out / s->out_stored, s->out_stored);
    if (algorithm == CK_CONV_SPARSE) {
        for (int32_t n = 0; n < images; n += ck_sparse_images(s))
            CK_NAME(sparse_backward_weight)(sums, x + n * in, dy + n * out, index + n * out, (int32_t)ck_min(ck_sparse_images(s), images - n), s, workspace);
        return;
    }
#if CK_LANES >= 8 || defined(__aarch64__)
    if (algorithm == CK_CONV_DIRECT && ck_picture_backward_weight(s)) {
        for (int32_t n = 0; n < images; n++) CK_NAME(picture_backward_weight)(sums, x + n * in, dy + n * out, index + n * out, s, workspace);
        return;
    }
#endif
    const ck_conv plain = CK_NAME(conv_unpooled)(s);
    const bool small = algorithm == CK_CONV_DIRECT && ck_conv_small(s);
    const int32_t together = algorithm == CK_CONV_WINOGRAD ? ck_winograd_whole(&plain).images : small ? ck_small_images(s) : 1;
    float *const rest = (float *)workspace + full * together;
    for (int32_t n = 0, count; n < images; n += count) {
        count = CK_NAME(next_images)(images - n, together);
        const float *dy_n = CK_NAME(conv_full_gradient)(workspace, dy + n * out, s->pool ? index + n * out : NULL, count, s);
        if (algorithm == CK_CONV_WINOGRAD) CK_NAME(winograd_backward_weight)(sums, x + n * in, dy_n, count, &plain, rest);
        else if (small) CK_NAME(small_backward_weight)(sums, x + n * in, dy_n, count, s, rest);
        else if (algorithm == CK_CONV_DIRECT) CK_NAME(direct_backward_weight)(sums, x + n * in, dy_n, s, rest);
        else CK_NAME(plain_backward_weight)(sums, x + n * in, dy_n, s);
    }
}

static void CK_NAME(conv_backward_weight_finish)(float *dw, const void *sums, const ck_conv *s) {
    const ck_conv_algorithm algorithm = ck_conv_backward_weight_algorithm(s);
    const ck_conv plain = CK_NAME(conv_unpooled)(s);
    if (algorithm == CK_CONV_WINOGRAD) {
        CK_NAME(winograd_finish)(dw, sums, &plain);
    } else if (algorithm == CK_CONV_SPARSE) {
        CK_NAME(sparse_finish)(dw, sums, s);
    } else {
        const int64_t inputs = ck_conv_weight_inputs(s), end = ck_part_end(s->part_first, s->part_count, (int32_t)inputs);
        for (int64_t tap = 0; tap < (int64_t)s->kernel_height * s->kernel_width; tap++)
            for (int64_t i = (tap * inputs + s->part_first) * s->out_stored; i < (tap * inputs + end) * s->out_stored; i++)
                dw[i] += ((const float *)sums)[i];
    }
}

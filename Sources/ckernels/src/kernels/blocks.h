/* blocks.h - how large problems are cut, for the kernels and for the functions that say how much memory they
 * need. The same on every processor: what a result's bits depend on may not follow the machine. */
#ifndef CK_BLOCKS_H
#define CK_BLOCKS_H

#include "../common.h"

/* Matrix product. Measured on products of 512 to 2048 (Zen 4: 1 MB of second-level cache a core): 512 x 128 x 1024 and
 * its neighbours differ by 3 %; half the depth costs 5 to 10 %, since c is then read and written twice as often. */
enum { CK_BLOCK_DEPTH = 512, CK_BLOCK_ROWS = 128, CK_BLOCK_COLUMNS = 1024 };

/* Two forms of a are copied block by block before they are used: rows a multiple of 4 KB apart, since the rows of a tile
 * would then fall on one set of a first-level cache, and a transposed a, whose columns lie far apart. With few columns the
 * copy would not pay. */
static inline bool ck_matmul_copies_a(const ck_matmul *s) { return s->m > 8 && s->n > 64 && (s->transpose_a || s->lda % 1024 == 0); }

/* How a convolution is computed: see choose.c. What ck_conv_choose says, without the sizes: each call of a kernel asks. */
ck_conv_algorithm ck_conv_forward_algorithm(const ck_conv *s);
ck_conv_algorithm ck_conv_backward_input_algorithm(const ck_conv *s);
ck_conv_algorithm ck_conv_backward_weight_algorithm(const ck_conv *s);

/* Rows of a dense layer's weights whose gradient is formed before an update reads it: near enough to be found in a cache. */
enum { CK_FUSED_ROWS = 128 };

/* Winograd's algorithm for a convolution of stride 1: how the output is cut into tiles. A tile takes 6x6 inputs and gives
 * inner x inner outputs. The last row of tiles, or the last column, may be short: 4 inputs give 2 outputs, with two in
 * three of the products. */
typedef struct ck_winograd {
    int32_t inner;             /* 4 with a 3x3 kernel, 2 with a 5x5 */
    int32_t tiles_y, tiles_x;  /* of one image, short ones too */
    int32_t short_y, short_x;  /* 1 if the last row, or column, of tiles is short; else 0 */
    int32_t block;             /* tiles whose transforms are in memory at a time */
    int32_t images;            /* images that are taken together, so that a block fills up */
} ck_winograd;

enum { CK_WINOGRAD_OUTER = 6, CK_WINOGRAD_SHORT = 4, CK_WINOGRAD_PLANES = CK_WINOGRAD_OUTER * CK_WINOGRAD_OUTER };

/* Behind a pool the odd last row and column are not needed. 32 tiles a block: enough rows for the products to reuse the
 * weights they read, and few enough for transforms of 64 channels to stay in a second-level cache (16 to 64 differ by 5 %). */
static inline ck_winograd ck_winograd_blocks(const ck_conv *s, int32_t block) {
    ck_winograd w = {.inner = s->kernel_height == 5 ? 2 : 4, .block = block};
    const int32_t height = s->pool ? s->out_height / 2 * 2 : s->out_height, width = s->pool ? s->out_width / 2 * 2 : s->out_width;
    w.tiles_y = (height + w.inner - 1) / w.inner, w.tiles_x = (width + w.inner - 1) / w.inner;
    w.images = (int32_t)ck_max(1, w.block / ck_max(1, (int64_t)w.tiles_y * w.tiles_x));
    return w;
}

/* Of all kernels transformed, and of the sums of their gradient. */
static inline int64_t ck_winograd_kernel_bytes(const ck_conv *s) {
    return (int64_t)sizeof(float) * CK_WINOGRAD_PLANES * s->in_stored * s->out_stored;
}

/* For the gradient by the weights, which adds up tiles of one size. Each block adds to all sums: where these are more than a
 * second-level cache holds, blocks are larger, and the sums are fetched less often. */
static inline ck_winograd ck_winograd_whole(const ck_conv *s) {
    return ck_winograd_blocks(s, ck_winograd_kernel_bytes(s) > 4 << 20 ? 64 : 32);
}

/* With short tiles where two outputs or fewer are left. Not for the gradient by the weights. */
static inline ck_winograd ck_winograd_layout(const ck_conv *s) {
    ck_winograd w = ck_winograd_blocks(s, 32);
    const int32_t shrink = s->pool ? 2 : 1, height = s->out_height / shrink * shrink, width = s->out_width / shrink * shrink;
    w.short_y = w.inner == 4 && (height - 1) % 4 < 2, w.short_x = w.inner == 4 && (width - 1) % 4 < 2;
    return w;
}

/* Products of one input and one output channel, for one image. */
static inline int64_t ck_winograd_products(const ck_winograd *w) {
    const int32_t less = CK_WINOGRAD_OUTER - CK_WINOGRAD_SHORT;
    return (int64_t)(w->tiles_y * CK_WINOGRAD_OUTER - w->short_y * less) * (w->tiles_x * CK_WINOGRAD_OUTER - w->short_x * less);
}

/* Tiles of several images are counted kind by kind, so that those that have a plane are neighbours: narrow ones
 * (6 rows, 4 columns), whole ones, low ones (4 rows, 6 columns), small ones (4 x 4). */
typedef struct ck_winograd_kinds {
    int32_t narrow, whole, low, small; /* how many, of all images */
} ck_winograd_kinds;

static inline ck_winograd_kinds ck_winograd_count(const ck_winograd *w, int32_t images) {
    const int32_t y = images * (w->tiles_y - w->short_y), x = w->tiles_x - w->short_x, last = images * w->short_y;
    return (ck_winograd_kinds){y * w->short_x, y * x, last * x, last * w->short_x};
}

typedef struct ck_winograd_tile {
    int32_t image, top, left; /* of its outputs */
    int32_t rows, columns;    /* of its inputs: 6 or 4 */
} ck_winograd_tile;

static inline ck_winograd_tile ck_winograd_find(const ck_winograd *w, const ck_winograd_kinds *k, int32_t t) {
    const int32_t tall = k->narrow + k->whole, last_y = w->tiles_y - w->short_y, last_x = w->tiles_x - w->short_x;
    const bool low = t >= tall, narrow = t < k->narrow || t >= tall + k->low;
    const int32_t first = low ? narrow ? tall + k->low : tall : narrow ? 0 : k->narrow;
    const int32_t columns = narrow ? 1 : last_x, per_image = columns * (low ? 1 : last_y), at = (t - first) % per_image;
    return (ck_winograd_tile){(t - first) / per_image, (low ? last_y : at / columns) * w->inner, (narrow ? last_x : at % columns) * w->inner,
                              low ? CK_WINOGRAD_SHORT : CK_WINOGRAD_OUTER, narrow ? CK_WINOGRAD_SHORT : CK_WINOGRAD_OUTER};
}

/* Values of one of the planes of a block. A few more than needed, so that the planes do not fall on the same lines
 * of a cache. */
static inline int64_t ck_winograd_plane(const ck_winograd *w, int64_t channels) { return w->block * channels + 16; }

/* Outputs whose products are formed at a time. */
enum { CK_WINOGRAD_OUTPUTS = 32 };

/* A direct convolution with a step, rows of output shorter than a tile, and outputs enough to pay for it: the window of each
 * output pixel is copied into a row of its own, so that pixels of several rows and images share the weights that a tile
 * reads. The rows of a block, which with its weights stays in a second-level cache. */
enum { CK_GATHER_ROWS = 32 };
static inline bool ck_conv_gathers(const ck_conv *s) {
    return !s->pool && s->groups == 1 && (s->stride_height > 1 || s->stride_width > 1) && s->out_width < 7 &&
           s->in_channels >= 16 && s->out_channels >= 64;
}
/* A few more than needed, so that rows do not fall on the same lines of a cache. */
static inline int64_t ck_gather_row(const ck_conv *s) { return (int64_t)s->kernel_height * s->kernel_width * s->in_channels + 16; }

/* The gradient by the input of a convolution with steps, one for each place within a step: pixels of dx so far apart see the
 * same taps of the kernel, and neighbours in dy. The side of the frame of dy that these taps reach. */
static inline bool ck_conv_by_phases(const ck_conv *s) {
    return (s->stride_height > 1 || s->stride_width > 1) && s->dilation_height == 1 && s->dilation_width == 1;
}
static inline int64_t ck_phase_frame(int64_t size, int64_t kernel, int64_t stride, int64_t pad) {
    return (kernel + stride - 1) / stride + (size - 1 + pad) / stride;
}

/* An output and a tap meet at input `output + tap - pad`, which may lie in the padding. Of the taps of one output, or the outputs
 * of one tap, those that meet one of `size` inputs. */
typedef struct ck_inside {
    int32_t first, count;
} ck_inside;
static inline ck_inside ck_inside_of(int32_t at, int32_t pad, int32_t length, int32_t size) {
    const ck_inside inside = {(int32_t)ck_max(0, pad - at), (int32_t)ck_min(length, size + pad - at)};
    return (ck_inside){inside.first, (int32_t)ck_max(0, inside.count - inside.first)};
}

/* A direct convolution whose rows of output are too short to be the rows of a tile: images are (conv_small_body.h). Not of a raw
 * picture, whose channels are too few for panels. */
static inline bool ck_conv_small(const ck_conv *s) {
    return !s->pool && s->groups == 1 && s->stride_height == 1 && s->stride_width == 1 && s->dilation_height == 1 && s->dilation_width == 1 &&
           s->out_height <= 2 && s->out_width <= 2 && s->in_stored % 8 == 0;
}
/* Outputs at a time, and images at a time: what these take stays in a second-level cache. The weight gradient packs x and dy of as
 * many images. */
enum { CK_SMALL_OUTPUTS = 32, CK_SMALL_IMAGES = 64, CK_SMALL_VALUES = 256 * 1024 };
static inline int64_t ck_small_image(const ck_conv *s) {
    return (int64_t)s->in_height * s->in_width * ck_round_up(s->in_stored, 16) + (int64_t)s->out_height * s->out_width * ck_round_up(s->out_stored, 16);
}
static inline int32_t ck_small_images(const ck_conv *s) {
    return (int32_t)ck_max(1, ck_min(CK_SMALL_IMAGES, CK_SMALL_VALUES / ck_small_image(s)));
}

/* A picture of one channel with a pool behind the convolution: conv_picture_body.h. */
static inline bool ck_conv_takes_picture(const ck_conv *s) {
    return s->pool && s->in_channels == 1 && s->in_stored == 1 && s->groups == 1 && s->stride_height == 1 && s->stride_width == 1 &&
           s->dilation_height == 1 && s->dilation_width == 1 && !s->part_count;
}
static inline bool ck_picture_forward(const ck_conv *s) { return ck_conv_takes_picture(s) && s->out_channels <= 8; }
static inline bool ck_picture_backward_weight(const ck_conv *s) {
    return ck_conv_takes_picture(s) && s->out_channels > 8 && s->kernel_height == s->kernel_width && (s->kernel_height == 3 || s->kernel_height == 5);
}
/* Even (or odd) columns of a row, with room for the last vector and the kernel's reach; and all of the split picture. */
static inline int64_t ck_picture_width(const ck_conv *s) { return ck_round_up(s->out_width / 2, 16) + ck_round_up(s->kernel_width / 2 + 1, 16); }
static inline int64_t ck_picture_values(const ck_conv *s) {
    return ck_max(s->in_height, s->out_height + s->kernel_height - 1) * 2 * ck_picture_width(s);
}

/* Images whose winners are listed together in the sparse gradients: as many as stay in a first-level cache, since each output
 * channel goes through them all; and the values of a kernel row there. */
enum { CK_SPARSE_IMAGES = 4, CK_SPARSE_VALUES = 6 * 1024 };
static inline int32_t ck_sparse_images(const ck_conv *s) {
    return (int32_t)ck_max(1, ck_min(CK_SPARSE_IMAGES, CK_SPARSE_VALUES / ((int64_t)s->in_height * s->in_width * s->in_stored)));
}
/* Windows of an image, rounded up to whole lines. */
static inline int64_t ck_sparse_windows(const ck_conv *s) { return ck_round_up((int64_t)(s->out_height / 2) * (s->out_width / 2), 16); }
static inline int64_t ck_sparse_run(const ck_conv *s) { return ck_round_up((int64_t)s->kernel_width * s->in_stored, 8); }

/* The convolution that gives the gradient by the input: of dy, by the flipped and transposed weights. */
static inline ck_conv ck_conv_reversed(const ck_conv *s) {
    ck_conv r = *s;
    r.in_height = s->out_height, r.in_width = s->out_width, r.in_channels = s->out_channels, r.in_stored = s->out_stored;
    r.out_height = s->in_height, r.out_width = s->in_width, r.out_channels = s->in_channels, r.out_stored = s->in_stored;
    r.pad_top = s->kernel_height - 1 - s->pad_top, r.pad_left = s->kernel_width - 1 - s->pad_left;
    r.activation = CK_IDENTITY, r.pool = 0;
    return r;
}

/* The gradient by the input in Winograd's algorithm is the reversed convolution, or the transposed of each step forward: that
 * has fewer products where the input is larger than the output, but adds to dx where tiles overlap. */
static inline int32_t ck_winograd_scatters(const ck_conv *s) {
    const ck_conv reversed = ck_conv_reversed(s);
    const ck_winograd back = ck_winograd_layout(&reversed), forth = ck_winograd_layout(s);
    return ck_winograd_products(&forth) * 8 < ck_winograd_products(&back) * 7;
}

#endif

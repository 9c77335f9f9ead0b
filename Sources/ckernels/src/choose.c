/* choose.c - how products, dense layers and convolutions are computed, and the memory that takes.
 * Decided by the shape alone, so that results do not depend on batch, threads or processor. */
#include "common.h"
#include "kernels/blocks.h"

static size_t bytes(int64_t values) { return (size_t)ck_round_up(values * (int64_t)sizeof(float), 64); }

size_t ck_matmul_workspace(const ck_matmul *s) {
    const int64_t depth = ck_min(s->k, CK_BLOCK_DEPTH), rows = ck_min(s->m, CK_BLOCK_ROWS);
    const int64_t columns = ck_round_up(ck_min(s->n, CK_BLOCK_COLUMNS), 16);
    return bytes(depth * columns + (ck_matmul_copies_a(s) ? rows * (depth + 16) : 0));
}

void ck_dense_choose(const ck_dense *s, int32_t batch, ck_dense_choice *choice) {
    const int64_t in = s->in_stored, out = s->out_stored;
    choice->forward_prepared = bytes(in * ck_round_up(out, 16));
    choice->backward_input_prepared = bytes(out * ck_round_up(in, 16));
    choice->workspace = bytes(batch * ck_round_up(out, 16));
    choice->update_workspace = choice->workspace + bytes(CK_FUSED_ROWS * out);
}

static bool suits_winograd(const ck_conv *s) {
    return s->groups == 1 && s->stride_height == 1 && s->stride_width == 1 && s->dilation_height == 1 && s->dilation_width == 1 &&
           s->kernel_height == s->kernel_width && (s->kernel_height == 3 || s->kernel_height == 5) && s->in_stored % 16 == 0 &&
           s->out_stored % 16 == 0;
}

/* Products of the direct form for an input and an output channel of one image: the small form leaves out those with padding. */
static double direct_products(const ck_conv *s) {
    if (!ck_conv_small(s)) return (double)s->out_height * s->out_width * s->kernel_height * s->kernel_width;
    int32_t rows = 0, columns = 0;
    for (int32_t y = 0; y < s->out_height; y++) rows += ck_inside_of(y, s->pad_top, s->kernel_height, s->in_height).count;
    for (int32_t x = 0; x < s->out_width; x++) columns += ck_inside_of(x, s->pad_left, s->kernel_width, s->in_width).count;
    return (double)rows * columns;
}

/* Winograd's algorithm wins where channels are many enough for the products of matrices to dominate the transforms (1.35 with
 * its share of them), and where its tiles do not lie mostly outside of the image. */
static bool winograd_pays(const ck_conv *s) {
    const ck_winograd w = ck_winograd_whole(s);
    return s->in_channels >= 16 && s->out_channels >= 16 &&
           1.35 * (double)ck_winograd_products(&w) < direct_products(s);
}

/* Behind a pool at most a quarter of the gradients are alive, so visiting these alone beats Winograd. But with a raw input
 * the runs are short, and making the lists costs more than dense products once outputs are many. */
static bool suits_sparse(const ck_conv *s) {
    return s->pool && s->groups == 1 && s->dilation_height == 1 && s->dilation_width == 1;
}
static bool sparse_pays(const ck_conv *s) { return s->in_stored >= 8 || (s->kernel_height >= 5 && s->out_channels <= 16); }

/* The gradient by the input is bound by its stores, so there Winograd's algorithm may win. In units of one 16-wide multiply-add
 * per input and output channel, with three winners in five alive, as in training: a winner's tap costs 1.7 while
 * the images of a list stay near the first-level cache, twice that beyond; a Winograd product costs 1.35 with its
 * share of the transforms (measured on 3x3 and 5x5 layers of 32 and 64 channels). */
static bool sparse_beats_winograd(const ck_conv *s) {
    const ck_conv reversed = ck_conv_reversed(s);
    const ck_winograd w = ck_winograd_layout(ck_winograd_scatters(s) ? s : &reversed);
    const double taps = (double)(s->out_height / 2) * (s->out_width / 2) * s->kernel_height * s->kernel_width;
    const int64_t values = (int64_t)CK_SPARSE_IMAGES * s->in_height * s->in_width * s->in_stored;
    return taps * (values <= 24 * 1024 ? 1.7 : 3.4) < 1.35 * (double)ck_winograd_products(&w);
}

/* Without the sparse form. */
static ck_conv_algorithm choose_dense(const ck_conv *s, bool direct) {
    const ck_conv_algorithm otherwise = direct && s->groups == 1 ? CK_CONV_DIRECT : CK_CONV_PLAIN;
    if (s->algorithm == CK_CONV_PLAIN) return CK_CONV_PLAIN;
    if (s->algorithm == CK_CONV_DIRECT || !suits_winograd(s)) return otherwise;
    return s->algorithm == CK_CONV_WINOGRAD || s->algorithm == CK_CONV_WINOGRAD_FEW || winograd_pays(s) ? CK_CONV_WINOGRAD : otherwise;
}

static bool choose_sparse(const ck_conv *s) {
    return suits_sparse(s) && (s->algorithm == CK_CONV_SPARSE || (s->algorithm == CK_CONV_AUTO && sparse_pays(s)));
}

/* Tiles of one size alone, and 3x3 kernels. */
static bool suits_few(const ck_conv *s) {
    const ck_winograd w = ck_winograd_layout(s);
    return s->kernel_height == 3 && !w.short_y && !w.short_x;
}

ck_conv_algorithm ck_conv_forward_algorithm(const ck_conv *s) {
    const ck_conv_algorithm dense = choose_dense(s, true);
    return dense == CK_CONV_WINOGRAD && s->algorithm == CK_CONV_WINOGRAD_FEW && suits_few(s) ? CK_CONV_WINOGRAD_FEW : dense;
}

ck_conv_algorithm ck_conv_backward_weight_algorithm(const ck_conv *s) { return choose_sparse(s) ? CK_CONV_SPARSE : choose_dense(s, true); }

ck_conv_algorithm ck_conv_backward_input_algorithm(const ck_conv *s) {
    /* A raw input has no whole panels; and a run filled up to 8 would add to its neighbours, where 0 times infinity is a NaN. */
    const bool panels = s->in_stored % 8 == 0;
    const ck_conv_algorithm dense = choose_dense(s, panels);
    const bool against_winograd = dense == CK_CONV_WINOGRAD && s->algorithm != CK_CONV_SPARSE;
    return panels && choose_sparse(s) && (!against_winograd || sparse_beats_winograd(s)) ? CK_CONV_SPARSE : dense;
}

/* A kernel's transform for one tile takes as long as fetching a third of U from memory. Measured on 3x3 layers of 128 to 512
 * channels with cold caches: 1 tile 0.4 of the time, 4 tiles 0.7, 8 tiles 1.05. A smaller U stays in a second-level cache. */
int32_t ck_conv_are_few(const ck_conv *s, int32_t images) {
    const ck_winograd w = ck_winograd_layout(s);
    return ck_conv_forward_algorithm(s) == CK_CONV_WINOGRAD && suits_few(s) && (int64_t)images * w.tiles_y * w.tiles_x <= 4 &&
           ck_winograd_kernel_bytes(s) >= 4 << 20;
}

static int64_t winograd_values(const ck_conv *s, const ck_winograd *w, int64_t outputs) {
    return ck_max(s->in_stored, s->out_stored) + CK_WINOGRAD_PLANES * (ck_winograd_plane(w, s->in_stored) + ck_winograd_plane(w, outputs));
}

static int64_t frame_values(const ck_conv *s) {
    const int64_t height = (int64_t)(s->out_height - 1) * s->stride_height + (int64_t)(s->kernel_height - 1) * s->dilation_height + 1;
    const int64_t width = (int64_t)(s->out_width - 1) * s->stride_width + (int64_t)(s->kernel_width - 1) * s->dilation_width + 1;
    return height * width * s->in_stored;
}

static int64_t gradient_frame_values(const ck_conv *s) {
    if (ck_conv_by_phases(s))
        return ck_phase_frame(s->in_height, s->kernel_height, s->stride_height, s->pad_top) *
               ck_phase_frame(s->in_width, s->kernel_width, s->stride_width, s->pad_left) * s->out_stored;
    return (s->in_height + (int64_t)(s->kernel_height - 1) * s->dilation_height) *
           (s->in_width + (int64_t)(s->kernel_width - 1) * s->dilation_width) * s->out_stored;
}

/* The forms that go through their channels panel by panel can stop at any. */
static int32_t parts(ck_conv_algorithm algorithm, int32_t stored) {
    return algorithm == CK_CONV_DIRECT || algorithm == CK_CONV_WINOGRAD || algorithm == CK_CONV_WINOGRAD_FEW ? (stored + 31) / 32 : 1;
}

void ck_conv_parts(const ck_conv *s, int32_t *forward, int32_t *by_input, int32_t *by_weight) {
    *forward = parts(ck_conv_forward_algorithm(s), s->out_stored);
    *by_input = parts(ck_conv_backward_input_algorithm(s), s->in_stored);
    *by_weight = parts(ck_conv_backward_weight_algorithm(s), s->in_stored);
}

void ck_conv_choose(const ck_conv *s, ck_conv_choice *choice) {
    choice->forward = ck_conv_forward_algorithm(s);
    choice->backward_input = ck_conv_backward_input_algorithm(s);
    choice->backward_weight = ck_conv_backward_weight_algorithm(s);

    const ck_conv reversed = ck_conv_reversed(s);
    ck_conv unpooled = *s;
    unpooled.pool = 0;
    const ck_winograd weight = ck_winograd_whole(&unpooled), forward = ck_winograd_layout(s);
    const int64_t taps = (int64_t)s->kernel_height * s->kernel_width, plain = taps * ck_conv_weight_inputs(s) * s->out_stored;
    const int64_t full = (int64_t)s->out_height * s->out_width * s->out_stored, before_pool = s->pool ? full : 0;
    const int64_t in = s->in_stored, out = s->out_stored;
    const bool small = ck_conv_small(s);
    int64_t prepared = plain, reversed_prepared = plain, sums = plain, workspace = before_pool;

    if (choice->forward == CK_CONV_DIRECT) prepared = taps * in * ck_round_up(out, 16), workspace = ck_max(workspace, small ? 0 : frame_values(s));
    if (choice->forward == CK_CONV_DIRECT && ck_conv_gathers(s)) workspace = ck_max(workspace, frame_values(s) + CK_GATHER_ROWS * ck_gather_row(s));
    if (choice->forward == CK_CONV_DIRECT && ck_picture_forward(s)) workspace = ck_max(workspace, ck_picture_values(s));
    if (choice->forward == CK_CONV_WINOGRAD)
        prepared = CK_WINOGRAD_PLANES * in * out, workspace = ck_max(workspace, winograd_values(s, &forward, CK_WINOGRAD_OUTPUTS));
    if (choice->forward == CK_CONV_WINOGRAD_FEW) workspace = ck_max(workspace, winograd_values(s, &forward, CK_WINOGRAD_OUTPUTS));

    if (choice->backward_input == CK_CONV_DIRECT)
        reversed_prepared = taps * ck_round_up(in, 16) * out, workspace = ck_max(workspace, small ? 0 : before_pool + gradient_frame_values(s));
    if (choice->backward_input == CK_CONV_WINOGRAD) {
        const ck_winograd w = ck_winograd_layout(ck_winograd_scatters(s) ? s : &reversed);
        reversed_prepared = CK_WINOGRAD_PLANES * in * out;
        workspace = ck_max(workspace, before_pool * w.images + ck_max(in, out) +
                                          CK_WINOGRAD_PLANES * (ck_winograd_plane(&w, out) + ck_winograd_plane(&w, CK_WINOGRAD_OUTPUTS)));
    }

    if (choice->backward_weight == CK_CONV_DIRECT)
        workspace = ck_max(workspace, small ? ck_small_images(s) * ck_small_image(s) : before_pool + frame_values(s));
    if (choice->backward_weight == CK_CONV_WINOGRAD)
        sums = CK_WINOGRAD_PLANES * in * out,
        workspace = ck_max(workspace, before_pool * weight.images + winograd_values(&unpooled, &weight, out));

    const int64_t sparse = s->out_channels * s->kernel_height * ck_sparse_run(s);
    const int64_t winners = (int64_t)(s->out_height / 2) * (s->out_width / 2) * CK_SPARSE_IMAGES;
    const int64_t sparse_workspace = CK_SPARSE_IMAGES * ck_max(frame_values(s), (int64_t)s->in_height * s->in_width * in) + 16 + ck_sparse_windows(s) + 2 * winners;
    if (choice->backward_input == CK_CONV_SPARSE) reversed_prepared = ck_max(plain, sparse), workspace = ck_max(workspace, sparse_workspace);
    if (choice->backward_weight == CK_CONV_SPARSE) sums = ck_max(plain, sparse), workspace = ck_max(workspace, sparse_workspace);

    choice->forward_prepared = bytes(prepared), choice->backward_input_prepared = bytes(reversed_prepared);
    choice->sums = bytes(sums), choice->workspace = bytes(ck_max(workspace, 16));
}

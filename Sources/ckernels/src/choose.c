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
}

/* Winograd's algorithm counts its multiplications per tile: it wins where channels are many enough for the products of
 * matrices to dominate the transforms, and where a tile is not mostly outside of the image. */
static bool suits_winograd(const ck_conv *s) {
    return s->groups == 1 && s->stride_height == 1 && s->stride_width == 1 && s->dilation_height == 1 && s->dilation_width == 1 &&
           s->kernel_height == s->kernel_width && (s->kernel_height == 3 || s->kernel_height == 5) && s->in_stored % 16 == 0 &&
           s->out_stored % 16 == 0;
}

static bool suits_direct(const ck_conv *s) { return s->groups == 1; }

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
    ck_conv unpooled = *s;
    unpooled.pool = 0;
    const ck_winograd w = ck_winograd_layout(ck_winograd_scatters(s) ? &unpooled : &reversed);
    const double taps = (double)(s->out_height / 2) * (s->out_width / 2) * s->kernel_height * s->kernel_width;
    const int64_t values = (int64_t)CK_SPARSE_IMAGES * s->in_height * s->in_width * s->in_stored;
    return taps * (values <= 24 * 1024 ? 1.7 : 3.4) < 1.35 * w.tiles_y * w.tiles_x * w.outer * w.outer;
}

static ck_conv_algorithm choose_backward(const ck_conv *s, bool pays, ck_conv_algorithm otherwise) {
    const bool sparse = s->algorithm == CK_CONV_SPARSE || (s->algorithm == CK_CONV_AUTO && pays);
    return suits_sparse(s) && sparse ? CK_CONV_SPARSE : otherwise;
}

static ck_conv_algorithm choose_algorithm(const ck_conv *s, bool direct, bool winograd_pays) {
    switch (s->algorithm) {
    case CK_CONV_PLAIN: return CK_CONV_PLAIN;
    case CK_CONV_DIRECT: return direct ? CK_CONV_DIRECT : CK_CONV_PLAIN;
    case CK_CONV_WINOGRAD: return suits_winograd(s) ? CK_CONV_WINOGRAD : direct ? CK_CONV_DIRECT : CK_CONV_PLAIN;
    default: return suits_winograd(s) && winograd_pays ? CK_CONV_WINOGRAD : direct ? CK_CONV_DIRECT : CK_CONV_PLAIN;
    }
}

static int64_t winograd_values(const ck_conv *s, int64_t outputs) {
    const ck_winograd w = ck_winograd_layout(s);
    return ck_max(s->in_stored, s->out_stored) + (int64_t)w.outer * w.outer * (ck_winograd_plane(&w, s->in_stored) + ck_winograd_plane(&w, outputs));
}

static int64_t frame_values(const ck_conv *s) {
    const int64_t height = (int64_t)(s->out_height - 1) * s->stride_height + (int64_t)(s->kernel_height - 1) * s->dilation_height + 1;
    const int64_t width = (int64_t)(s->out_width - 1) * s->stride_width + (int64_t)(s->kernel_width - 1) * s->dilation_width + 1;
    return height * width * s->in_stored;
}

static int64_t gradient_frame_values(const ck_conv *s) {
    return (s->in_height + (int64_t)(s->kernel_height - 1) * s->dilation_height) *
           (s->in_width + (int64_t)(s->kernel_width - 1) * s->dilation_width) * s->out_stored;
}

void ck_conv_choose(const ck_conv *s, ck_conv_choice *choice) {
    const bool pays = s->in_channels >= 16 && s->out_channels >= 16;
    choice->forward = choose_algorithm(s, suits_direct(s), pays);
    choice->backward_input = choose_algorithm(s, suits_direct(s) && s->in_stored % 8 == 0, pays);
    const bool against_winograd = choice->backward_input == CK_CONV_WINOGRAD;
    if (s->in_stored % 8 == 0) /* a run filled up to 8 would touch its neighbours: 0 times infinity */
        choice->backward_input = choose_backward(s, sparse_pays(s) && (!against_winograd || sparse_beats_winograd(s)), choice->backward_input);
    choice->backward_weight = choose_backward(s, sparse_pays(s), choose_algorithm(s, suits_direct(s), pays));

    const ck_conv reversed = ck_conv_reversed(s);
    ck_conv unpooled = *s;
    unpooled.pool = 0;
    const ck_winograd forward = ck_winograd_layout(s), backward = ck_winograd_layout(&reversed), weight = ck_winograd_layout(&unpooled);
    const int64_t taps = (int64_t)s->kernel_height * s->kernel_width, plain = taps * ck_conv_weight_inputs(s) * s->out_stored;
    const int64_t full = (int64_t)s->out_height * s->out_width * s->out_stored, before_pool = s->pool ? full : 0;
    const int64_t in = s->in_stored, out = s->out_stored;
    int64_t prepared = plain, reversed_prepared = plain, sums = plain, workspace = before_pool;

    if (choice->forward == CK_CONV_DIRECT) prepared = taps * in * ck_round_up(out, 16), workspace = ck_max(workspace, frame_values(s));
    if (choice->forward == CK_CONV_WINOGRAD)
        prepared = (int64_t)forward.outer * forward.outer * in * out, workspace = ck_max(workspace, winograd_values(s, CK_WINOGRAD_OUTPUTS));

    if (choice->backward_input == CK_CONV_DIRECT)
        reversed_prepared = taps * ck_round_up(in, 16) * out, workspace = ck_max(workspace, before_pool + gradient_frame_values(s));
    if (choice->backward_input == CK_CONV_WINOGRAD) {
        const ck_winograd w = ck_winograd_scatters(s) ? weight : backward;
        reversed_prepared = (int64_t)w.outer * w.outer * in * out;
        workspace = ck_max(workspace, before_pool * w.images + ck_max(in, out) +
                                          (int64_t)w.outer * w.outer * (ck_winograd_plane(&w, out) + ck_winograd_plane(&w, CK_WINOGRAD_OUTPUTS)));
    }

    if (choice->backward_weight == CK_CONV_DIRECT) workspace = ck_max(workspace, before_pool + frame_values(s));
    if (choice->backward_weight == CK_CONV_WINOGRAD)
        sums = (int64_t)weight.outer * weight.outer * in * out,
        workspace = ck_max(workspace, before_pool * weight.images + winograd_values(&unpooled, out));

    const int64_t sparse = s->out_channels * s->kernel_height * ck_sparse_run(s);
    const int64_t winners = (int64_t)(s->out_height / 2) * (s->out_width / 2) * CK_SPARSE_IMAGES;
    const int64_t sparse_workspace = CK_SPARSE_IMAGES * ck_max(frame_values(s), (int64_t)s->in_height * s->in_width * in) + 16 + 2 * winners;
    if (choice->backward_input == CK_CONV_SPARSE) reversed_prepared = ck_max(plain, sparse), workspace = ck_max(workspace, sparse_workspace);
    if (choice->backward_weight == CK_CONV_SPARSE) sums = ck_max(plain, sparse), workspace = ck_max(workspace, sparse_workspace);

    choice->forward_prepared = bytes(prepared), choice->backward_input_prepared = bytes(reversed_prepared);
    choice->sums = bytes(sums), choice->workspace = bytes(ck_max(workspace, 16));
}

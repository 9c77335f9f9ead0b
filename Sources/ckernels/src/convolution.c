/* convolution.c - the checked convolution forward and backward by its input, on one thread or several. */
#include "convolution.h"

/* How the work is shared among threads: whole pictures; bands of rows of `to`; or channels of `to`: then
 * each part packs and uses its own part of the weights. No element's sum depends on the cut. */
typedef enum cut { BY_IMAGES, BY_ROWS, BY_CHANNELS } cut;

/* Forward, `to` is y and `from` is x; backward, `to` is dx and `from` is dy. */
typedef struct job {
    const ck_kernels *kernels;
    float *to;
    const float *from, *w, *bias;
    bool backward;
    int32_t images;
    ck_conv s;
    cut by;
    int32_t parts, tile;                            /* tile: images at a time */
    char *memory;                                   /* the sets of weights (one, or one for each part), then the parts */
    size_t weights, prepared, bias_copy, set_bytes; /* offsets in a set */
    size_t workspace, from_tile, to_tile, part_bytes; /* offsets in a part */
} job;

enum { ROW_STEP = 4, CHANNEL_STEP = 16 }; /* rows: Winograd's tiles give 4 or 2 rows, which bands must not cut */

static int32_t to_rows(const job *j) { return j->backward ? j->s.in_height : j->s.out_height; }
static int32_t to_channels(const job *j) { return j->backward ? j->s.in_channels : j->s.out_channels; }

/* What part i of a job does, and the shape it gives the kernels. */
typedef struct part {
    ck_range images, channels;
    ck_conv s;
    int64_t to_first, from_first;   /* pixels in a picture before the part's own */
    int64_t to_pixels, from_pixels; /* of the part in one picture */
    int64_t to_picture, from_picture; /* pixels of whole pictures */
} part;

/* A band of rows of `to`, and the rows of `from` that it sees. */
static void take_rows(part *p, const job *j, ck_range rows) {
    const ck_conv *s = &j->s;
    const int64_t extent = (int64_t)s->dilation_height * (s->kernel_height - 1) + 1;
    if (j->backward) { /* with stride 1: input row i takes from output rows i + pad - extent + 1 to i + pad */
        const int64_t first = ck_max(0, rows.first + s->pad_top - extent + 1);
        const int64_t end = ck_min(rows.first + rows.count + s->pad_top, s->out_height);
        p->s.pad_top = (int32_t)(rows.first + s->pad_top - first);
        p->s.in_height = (int32_t)rows.count, p->s.out_height = (int32_t)(end - first);
        p->to_first = rows.first * s->in_width, p->from_first = first * s->out_width;
        return;
    }
    const int64_t start = rows.first * s->stride_height - s->pad_top, first = ck_max(0, start);
    const int64_t end = (rows.first + rows.count - 1) * s->stride_height - s->pad_top + extent;
    p->s.pad_top = (int32_t)(first - start);
    p->s.in_height = (int32_t)(ck_min(end, s->in_height) - first), p->s.out_height = (int32_t)rows.count;
    p->from_first = first * s->in_width, p->to_first = rows.first * s->out_width;
}

static part part_of(const job *j, int32_t i) {
    const ck_range all_images = {0, j->images}, all_channels = {0, to_channels(j)};
    part p = {all_images, all_channels, j->s, 0, 0, 0, 0, 0, 0};
    if (j->by == BY_IMAGES) p.images = ck_share(j->images, 1, j->parts, i);
    if (j->by == BY_ROWS) {
        const ck_range rows = ck_share(to_rows(j), ROW_STEP, j->parts, i);
        if (rows.count == 0) p.images.count = 0;
        else take_rows(&p, j, rows);
    }
    if (j->by == BY_CHANNELS) {
        p.channels = ck_share(to_channels(j), CHANNEL_STEP, j->parts, i);
        p.s = ck_convolution_slice(&j->s, j->backward, (int32_t)p.channels.count);
        if (p.channels.count == 0) p.images.count = 0;
    }
    const int64_t in = (int64_t)j->s.in_height * j->s.in_width, out = (int64_t)j->s.out_height * j->s.out_width;
    const int64_t own_in = (int64_t)p.s.in_height * p.s.in_width, own_out = (int64_t)p.s.out_height * p.s.out_width;
    p.to_picture = j->backward ? in : out, p.from_picture = j->backward ? out : in;
    p.to_pixels = j->backward ? own_in : own_out, p.from_pixels = j->backward ? own_out : own_in;
    return p;
}

static int32_t from_channels(const job *j) { return j->backward ? j->s.out_channels : j->s.in_channels; }
static int32_t from_stored(const job *j) { return j->backward ? j->s.out_stored : j->s.in_stored; }
static int32_t to_stored(const job *j, const part *p) { return j->backward ? p->s.in_stored : p->s.out_stored; }

static char *set_memory(const job *j, int32_t i) { return j->memory + (j->by == BY_CHANNELS ? (size_t)i * j->set_bytes : 0); }

static char *part_memory(const job *j, int32_t i) {
    return j->memory + (j->by == BY_CHANNELS ? (size_t)j->parts : 1) * j->set_bytes + (size_t)i * j->part_bytes;
}

/* The part's weights in stored form: a copy if they are not in it already. */
static const float *stored_weights(const job *j, const part *p, float *copy) {
    const ck_conv *s = &p->s;
    const int32_t inputs = s->in_channels / s->groups, stored = (int32_t)ck_conv_weight_inputs(s);
    const int32_t all_inputs = j->s.in_channels / j->s.groups;
    if (inputs == all_inputs && inputs == stored && s->out_channels == j->s.out_channels && s->out_channels == s->out_stored)
        return j->w;
    const float *w = j->w + p->channels.first * (j->backward ? j->s.out_channels : 1);
    const int64_t tap = (int64_t)stored * s->out_stored;
    for (int64_t t = 0; t < (int64_t)s->kernel_height * s->kernel_width; t++) {
        ck_copy_rows(copy + t * tap, s->out_stored, s->out_stored, w + t * all_inputs * j->s.out_channels, j->s.out_channels,
                     inputs, s->out_channels);
        memset(copy + t * tap + (int64_t)inputs * s->out_stored, 0, sizeof(float) * (size_t)(tap - (int64_t)inputs * s->out_stored));
    }
    return copy;
}

static void prepare(const job *j, int32_t i, const part *p) {
    char *memory = set_memory(j, i);
    const float *w = stored_weights(j, p, (float *)(memory + j->weights));
    if (j->backward) {
        j->kernels->conv_backward_input_prepare(memory + j->prepared, w, &p->s);
        return;
    }
    j->kernels->conv_forward_prepare(memory + j->prepared, w, &p->s);
    if (j->bias)
        ck_copy_rows((float *)(memory + j->bias_copy), p->s.out_stored, p->s.out_stored, j->bias + p->channels.first,
                     p->s.out_channels, 1, p->s.out_channels);
}

/* `count` pictures: into stored form, through the kernel, back to packed form. */
static void run_tile(const job *j, const part *p, int32_t i, int64_t first, int32_t count) {
    char *memory = part_memory(j, i), *set = set_memory(j, i);
    const int32_t from_row = from_stored(j), to_row = to_stored(j, p), from_all = from_channels(j), to_all = to_channels(j);
    const float *from = j->from + (first * p->from_picture + p->from_first) * from_all;
    if (from_all != from_row) {
        float *copy = (float *)(memory + j->from_tile);
        ck_copy_rows(copy, from_row, from_row, from, from_all, count * p->from_pixels, from_all);
        from = copy;
    }
    float *there = j->to + (first * p->to_picture + p->to_first) * to_all + p->channels.first;
    float *to = to_all == to_row ? there : (float *)(memory + j->to_tile);
    if (j->backward)
        j->kernels->conv_backward_input(to, from, NULL, set + j->prepared, count, &p->s, memory + j->workspace);
    else
        j->kernels->conv_forward(to, NULL, from, set + j->prepared, j->bias ? (float *)(set + j->bias_copy) : NULL, count, &p->s,
                                 memory + j->workspace);
    if (to != there)
        ck_copy_rows(there, to_all, (int32_t)p->channels.count, to, to_row, count * p->to_pixels, (int32_t)p->channels.count);
}

static void run_part(void *of, int32_t i) {
    const job *j = of;
    const part p = part_of(j, i);
    if (p.images.count == 0) return;
    if (j->by == BY_CHANNELS) prepare(j, i, &p);
    for (int64_t n = 0; n < p.images.count; n += j->tile)
        run_tile(j, &p, i, p.images.first + n, (int32_t)ck_min(j->tile, p.images.count - n));
}

/* Bands are possible where each sees some of the picture, and backward where all rows do alike; but Winograd's algorithm goes
 * backward in one of two ways, by the heights of input and output, which a band would change. */
static bool may_cut_rows(const job *j, bool winograd) {
    const ck_conv *s = &j->s;
    const int64_t extent = (int64_t)s->dilation_height * (s->kernel_height - 1) + 1;
    if (j->backward && winograd) return false;
    if (j->backward) return s->stride_height == 1 && s->pad_top < extent && s->in_height - s->out_height + s->pad_top < extent;
    return s->pad_top < extent && (int64_t)(s->out_height - 1) * s->stride_height - s->pad_top < s->in_height;
}

/* The cut whose largest part takes least time. By images and rows, one thread first packs all weights, which costs some
 * 64 multiply-adds for each value packed; by channels, each part reads all the input, whose transformation is then done by
 * all. Winograd's algorithm does 0.4 of the nominal multiply-adds. */
static void choose_cut(job *j, int32_t threads) {
    ck_conv_choice choice;
    ck_conv_choose(&j->s, &choice);
    const bool winograd = (j->backward ? choice.backward_input : choice.forward) == CK_CONV_WINOGRAD;
    const double pack = 16.0 * (double)(j->backward ? choice.backward_input_prepared : choice.forward_prepared);
    const double work = ck_convolution_work(&j->s) * j->images * (winograd ? 0.4 : 1);
    const double images = pack + work * ck_largest_share(j->images, 1, threads);
    const double rows = pack + work * ck_largest_share(to_rows(j), ROW_STEP, threads) * 1.05;
    const double channels = (pack + work * 1.15) * ck_largest_share(to_channels(j), CHANNEL_STEP, threads);
    int64_t pieces = j->images;
    double best = images;
    j->by = BY_IMAGES;
    if (may_cut_rows(j, winograd) && rows < best) best = rows, j->by = BY_ROWS, pieces = (to_rows(j) + ROW_STEP - 1) / ROW_STEP;
    if (j->s.groups == 1 && channels < best)
        j->by = BY_CHANNELS, pieces = (to_channels(j) + CHANNEL_STEP - 1) / CHANNEL_STEP;
    j->parts = (int32_t)ck_min(threads, pieces);
}

/* The algorithm of the whole shape, also for its parts; false if that would not do a part. */
static bool fix_algorithm(job *j) {
    ck_conv_choice whole, own;
    ck_conv_choose(&j->s, &whole);
    j->s.algorithm = (int32_t)(j->backward ? whole.backward_input : whole.forward);
    for (int32_t i = 0; i < j->parts; i++) {
        const part p = part_of(j, i);
        if (p.images.count == 0) continue;
        ck_conv_choose(&p.s, &own);
        if ((int32_t)(j->backward ? own.backward_input : own.forward) != j->s.algorithm) return false;
        /* Bands share the weights prepared for the whole picture. */
        if (j->by == BY_ROWS && (j->backward ? own.backward_input_prepared != whole.backward_input_prepared
                                             : own.forward_prepared != whole.forward_prepared))
            return false;
    }
    return true;
}

/* Finds the places of everything, large enough for any part; returns the bytes in all. */
static size_t lay_out(job *j) {
    size_t prepared = 0, workspace = 0;
    int64_t weights = 0, from_pixels = 0, to_values = 0;
    bool copies = from_channels(j) != from_stored(j);
    for (int32_t i = 0; i < j->parts; i++) {
        const part p = part_of(j, i);
        if (p.images.count == 0) continue;
        ck_conv_choice own;
        ck_conv_choose(&p.s, &own);
        const size_t own_prepared = j->backward ? own.backward_input_prepared : own.forward_prepared;
        if (own_prepared > prepared) prepared = own_prepared;
        if (own.workspace > workspace) workspace = own.workspace;
        weights = ck_max(weights, ck_weight_count(&p.s));
        from_pixels = ck_max(from_pixels, p.from_pixels);
        to_values = ck_max(to_values, p.to_pixels * to_stored(j, &p));
        copies = copies || to_channels(j) != to_stored(j, &p);
    }
    /* Tiles that are copied stay within half a megabyte, part of a second-level cache; bands lie apart in memory. */
    const int64_t picture = 4 * (from_pixels * from_stored(j) + to_values);
    j->tile = copies ? (int32_t)ck_min(j->images, ck_max(1, (1 << 19) / picture)) : j->images;
    if (j->by == BY_ROWS) j->tile = 1;
    j->weights = ck_place(&j->set_bytes, weights, sizeof(float));
    j->prepared = ck_place(&j->set_bytes, 1, prepared);
    j->bias_copy = ck_place(&j->set_bytes, j->s.out_stored, sizeof(float));
    j->workspace = ck_place(&j->part_bytes, 1, workspace);
    j->from_tile = ck_place(&j->part_bytes, copies ? j->tile : 0, sizeof(float) * (size_t)(from_pixels * from_stored(j)));
    j->to_tile = ck_place(&j->part_bytes, copies ? j->tile : 0, sizeof(float) * (size_t)to_values);
    size_t bytes = 0;
    ck_place(&bytes, j->by == BY_CHANNELS ? j->parts : 1, j->set_bytes);
    ck_place(&bytes, j->parts, j->part_bytes);
    return bytes;
}

static ck_status run(const char *call, job *j, int32_t threads) {
    choose_cut(j, ck_worthwhile_threads(threads, ck_convolution_work(&j->s) * j->images));
    if (!fix_algorithm(j)) j->by = BY_IMAGES, j->parts = (int32_t)ck_min(j->parts, j->images);
    const size_t bytes = lay_out(j);
    if ((j->memory = ck_allocate(bytes)) == NULL)
        return ck_fail(CK_ERROR_MEMORY, "%s: working space: expected %zu bytes, found no memory", call, bytes);
    if (j->by != BY_CHANNELS) {
        const ck_range all = {0, to_channels(j)};
        const part whole = {.channels = all, .s = j->s};
        prepare(j, 0, &whole);
    }
    ck_run_parts(j->parts, run_part, j);
    ck_free(j->memory);
    return CK_OK;
}

static ck_status forward(const char *call, float *y, const float *x, const float *w, const float *bias,
                         const ck_convolution *shape, const ck_kernels *kernels, int32_t threads) {
    const ck_pointer pointers[] = {{"y", y}, {"x", x}, {"w", w}, {"shape", shape}, {NULL, NULL}};
    ck_status status = ck_check_pointers(call, pointers);
    if (status != CK_OK) return status;
    job j = {.to = y, .from = x, .w = w, .bias = bias, .images = shape->images};
    if ((status = ck_convolution_check(call, shape, true, &j.s)) != CK_OK) return status;
    if ((status = ck_check_machine(call, &kernels, &threads)) != CK_OK) return status;
    j.kernels = kernels;
    return run(call, &j, threads);
}

static ck_status backward_input(const char *call, float *dx, const float *dy, const float *w, const ck_convolution *shape,
                                const ck_kernels *kernels, int32_t threads) {
    const ck_pointer pointers[] = {{"dx", dx}, {"dy", dy}, {"w", w}, {"shape", shape}, {NULL, NULL}};
    ck_status status = ck_check_pointers(call, pointers);
    if (status != CK_OK) return status;
    job j = {.to = dx, .from = dy, .w = w, .backward = true, .images = shape->images};
    if ((status = ck_convolution_check(call, shape, false, &j.s)) != CK_OK) return status;
    if ((status = ck_check_machine(call, &kernels, &threads)) != CK_OK) return status;
    j.kernels = kernels;
    return run(call, &j, threads);
}

ck_status ck_convolution_forward(float *y, const float *x, const float *w, const float *bias, const ck_convolution *shape,
                                 const ck_kernels *kernels) {
    return forward(__func__, y, x, w, bias, shape, kernels, 1);
}

ck_status ck_convolution_forward_parallel(float *y, const float *x, const float *w, const float *bias,
                                          const ck_convolution *shape, const ck_kernels *kernels, int32_t threads) {
    return forward(__func__, y, x, w, bias, shape, kernels, threads);
}

ck_status ck_convolution_backward_input(float *dx, const float *dy, const float *w, const ck_convolution *shape,
                                        const ck_kernels *kernels) {
    return backward_input(__func__, dx, dy, w, shape, kernels, 1);
}

ck_status ck_convolution_backward_input_parallel(float *dx, const float *dy, const float *w, const ck_convolution *shape,
                                                 const ck_kernels *kernels, int32_t threads) {
    return backward_input(__func__, dx, dy, w, shape, kernels, threads);
}

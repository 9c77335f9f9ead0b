/* convolution_weight.c - the checked weight gradient of a convolution, on one thread or several.
 *
 * The pictures are cut into lanes, of which each has its own sums; these are then added in the order of the lanes. Lanes, and
 * the tiles within them, follow from the shape alone, so that the number of threads changes no bit. Where there are more
 * threads than lanes, each lane is cut into blocks of output channels as well: that changes no element's sum. */
#include "convolution.h"

typedef struct job {
    const ck_kernels *kernels;
    float *dw, *dbias;
    const float *x, *dy;
    ck_conv s;
    int32_t images, tile;
    int32_t lanes, blocks, threads;
    char *memory; /* the sums of each lane and block; a finished gradient per block; each thread's tiles */
    size_t sums, dbias_sums, sums_bytes; /* offsets among the sums */
    size_t block_bytes;                  /* of a finished gradient */
    size_t workspace, x_tile, dy_tile, thread_bytes; /* offsets in a thread's part */
} job;

static ck_range channels_of(const job *j, int32_t block) { return ck_share(j->s.out_channels, 16, j->blocks, block); }

static char *sums_memory(const job *j, int32_t lane, int32_t block) {
    return j->memory + (size_t)(lane * j->blocks + block) * j->sums_bytes;
}

static char *block_memory(const job *j, int32_t block) {
    return j->memory + (size_t)(j->lanes * j->blocks) * j->sums_bytes + (size_t)block * j->block_bytes;
}

static char *thread_memory(const job *j, int32_t thread) {
    return block_memory(j, j->blocks) + (size_t)thread * j->thread_bytes;
}

static int32_t weight_rows(const ck_conv *s) { return s->kernel_height * s->kernel_width; }

/* One lane's pictures, one block of channels. */
static void sum_lane(const job *j, int32_t thread, int32_t lane, int32_t block) {
    const ck_range images = ck_share(j->images, 1, j->lanes, lane), channels = channels_of(j, block);
    if (channels.count == 0) return;
    const ck_conv s = ck_convolution_slice(&j->s, false, (int32_t)channels.count);
    const int64_t in = (int64_t)s.in_height * s.in_width, out = (int64_t)s.out_height * s.out_width;
    char *own = thread_memory(j, thread), *sums = sums_memory(j, lane, block);
    float *x_tile = (float *)(own + j->x_tile), *dy_tile = (float *)(own + j->dy_tile);
    memset(sums, 0, j->sums_bytes);
    for (int64_t n = images.first; n < images.first + images.count; n += j->tile) {
        const int32_t count = (int32_t)ck_min(j->tile, images.first + images.count - n);
        const float *x = j->x + n * in * s.in_channels, *dy = j->dy + n * out * j->s.out_channels + channels.first;
        if (s.in_channels != s.in_stored) {
            ck_copy_rows(x_tile, s.in_stored, s.in_stored, x, s.in_channels, count * in, s.in_channels);
            x = x_tile;
        }
        if (j->s.out_channels != s.out_stored) {
            ck_copy_rows(dy_tile, s.out_stored, s.out_stored, dy, j->s.out_channels, count * out, s.out_channels);
            dy = dy_tile;
        }
        j->kernels->conv_backward_weight(sums + j->sums, j->dbias ? (float *)(sums + j->dbias_sums) : NULL, x, dy, NULL, count,
                                         &s, own + j->workspace);
    }
}

static void sum_part(void *of, int32_t thread) {
    const job *j = of;
    const ck_range parts = ck_share((int64_t)j->lanes * j->blocks, 1, j->threads, thread);
    for (int64_t p = parts.first; p < parts.first + parts.count; p++)
        sum_lane(j, thread, (int32_t)(p / j->blocks), (int32_t)(p % j->blocks));
}

/* The lanes of one block, added up in their order, then to the caller's gradient. */
static void finish_block(void *of, int32_t block) {
    const job *j = of;
    const ck_range channels = channels_of(j, block);
    if (channels.count == 0) return;
    const ck_conv s = ck_convolution_slice(&j->s, false, (int32_t)channels.count);
    float *finished = (float *)block_memory(j, block);
    memset(finished, 0, sizeof(float) * (size_t)ck_weight_count(&s));
    for (int32_t lane = 0; lane < j->lanes; lane++)
        j->kernels->conv_backward_weight_finish(finished, sums_memory(j, lane, block) + j->sums, &s);

    const int64_t inputs = s.in_channels / s.groups, stored = ck_conv_weight_inputs(&s);
    for (int64_t t = 0; t < weight_rows(&s); t++)
        for (int64_t i = 0; i < inputs; i++) {
            float *to = j->dw + (t * inputs + i) * j->s.out_channels + channels.first;
            const float *from = finished + (t * stored + i) * s.out_stored;
            for (int64_t o = 0; o < channels.count; o++) to[o] += from[o];
        }
    for (int64_t o = 0; j->dbias && o < channels.count; o++) {
        float sum = 0;
        for (int32_t lane = 0; lane < j->lanes; lane++) sum += ((float *)(sums_memory(j, lane, block) + j->dbias_sums))[o];
        j->dbias[channels.first + o] += sum;
    }
}

/* As many lanes, up to 8, as leave each so many output pixels that finishing costs it little: some 10 multiply-adds a weight,
 * with Winograd's transformation four times that, and there the pixels cost less. And no more than 64 MB of sums. */
static void choose_lanes(job *j, const ck_conv_choice *choice) {
    const int64_t pixels = (int64_t)j->s.out_height * j->s.out_width, all = pixels * j->images;
    const int64_t least = choice->backward_weight == CK_CONV_WINOGRAD ? 4096 : 512;
    j->lanes = 1;
    while (j->lanes < 8 && 2 * j->lanes <= j->images && all / (2 * j->lanes) >= least &&
           choice->sums <= (64u << 20) / (2 * (size_t)j->lanes))
        j->lanes *= 2;
    /* A tile is about half a megabyte, but not fewer pixels than make reading and writing the sums a small part. */
    const int64_t picture = 4 * ((int64_t)j->s.in_height * j->s.in_width * j->s.in_stored + pixels * j->s.out_stored);
    j->tile = (int32_t)ck_min(j->images, ck_max((1 << 19) / picture, (1024 + pixels - 1) / pixels));
}

/* The number of blocks with which the busiest thread has least to do. The input's share of a block's work, some 15 %, is done
 * again in each block. */
static void choose_blocks(job *j, int32_t threads) {
    double best = 0;
    j->blocks = 0;
    const int32_t most = j->s.groups == 1 ? (int32_t)ck_min(threads, (j->s.out_channels + 15) / 16) : 1;
    for (int32_t b = 1; b <= most; b++) {
        const int32_t parts = j->lanes * b;
        const double share = ck_largest_share(j->s.out_channels, 16, b) * ((parts + threads - 1) / threads);
        const double cost = b == 1 ? share : share * 1.15;
        if (j->blocks == 0 || cost < best) best = cost, j->blocks = b;
    }
    j->threads = (int32_t)ck_min(threads, (int64_t)j->lanes * j->blocks);
}

/* Finds the places of everything; returns the bytes in all, 0 if the blocks cannot be computed as the whole is. */
static size_t lay_out(job *j, ck_conv_algorithm algorithm) {
    size_t sums = 0, workspace = 0;
    int64_t weights = 0;
    int32_t stored = 0;
    for (int32_t b = 0; b < j->blocks; b++) {
        const ck_range channels = channels_of(j, b);
        if (channels.count == 0) continue;
        const ck_conv s = ck_convolution_slice(&j->s, false, (int32_t)channels.count);
        ck_conv_choice own;
        ck_conv_choose(&s, &own);
        if (own.backward_weight != algorithm) return 0;
        if (own.sums > sums) sums = own.sums;
        if (own.workspace > workspace) workspace = own.workspace;
        weights = ck_max(weights, ck_weight_count(&s));
        stored = (int32_t)ck_max(stored, s.out_stored);
    }
    const size_t in = sizeof(float) * (size_t)j->s.in_height * (size_t)j->s.in_width * (size_t)j->s.in_stored;
    const size_t out = sizeof(float) * (size_t)j->s.out_height * (size_t)j->s.out_width * (size_t)stored;
    j->sums_bytes = j->block_bytes = j->thread_bytes = 0;
    j->sums = ck_place(&j->sums_bytes, 1, sums);
    j->dbias_sums = ck_place(&j->sums_bytes, stored, sizeof(float));
    ck_place(&j->block_bytes, weights, sizeof(float));
    j->workspace = ck_place(&j->thread_bytes, 1, workspace);
    j->x_tile = ck_place(&j->thread_bytes, j->s.in_channels == j->s.in_stored ? 0 : j->tile, in);
    j->dy_tile = ck_place(&j->thread_bytes, j->s.out_channels == stored ? 0 : j->tile, out);
    size_t bytes = 0;
    ck_place(&bytes, (int64_t)j->lanes * j->blocks, j->sums_bytes);
    ck_place(&bytes, j->blocks, j->block_bytes);
    ck_place(&bytes, j->threads, j->thread_bytes);
    return bytes;
}

static ck_status backward_weight(const char *call, float *dw, float *dbias, const float *x, const float *dy,
                                 const ck_convolution *shape, const ck_kernels *kernels, int32_t threads) {
    const ck_pointer pointers[] = {{"dw", dw}, {"x", x}, {"dy", dy}, {"shape", shape}, {NULL, NULL}};
    ck_status status = ck_check_pointers(call, pointers);
    if (status != CK_OK) return status;
    job j = {.dw = dw, .dbias = dbias, .x = x, .dy = dy, .images = shape->images};
    if ((status = ck_convolution_check(call, shape, true, &j.s)) != CK_OK) return status;
    if ((status = ck_check_machine(call, &kernels, &threads)) != CK_OK) return status;
    j.kernels = kernels;
    ck_conv_choice choice;
    ck_conv_choose(&j.s, &choice);
    j.s.algorithm = (int32_t)choice.backward_weight;
    choose_lanes(&j, &choice);
    choose_blocks(&j, ck_worthwhile_threads(threads, ck_convolution_work(&j.s) * j.images));
    size_t bytes = lay_out(&j, choice.backward_weight);
    if (bytes == 0) {
        choose_blocks(&j, 1);
        j.threads = (int32_t)ck_min(threads, j.lanes);
        bytes = lay_out(&j, choice.backward_weight);
    }
    if ((j.memory = ck_allocate(bytes)) == NULL)
        return ck_fail(CK_ERROR_MEMORY, "%s: working space: expected %zu bytes, found no memory", call, bytes);
    ck_run_parts(j.threads, sum_part, &j);
    /* A team for this too only if each block takes long enough. */
    const int32_t finishers = ck_worthwhile_threads(j.blocks, 40.0 * j.lanes * (double)ck_weight_count(&j.s));
    if (finishers == j.blocks) ck_run_parts(j.blocks, finish_block, &j);
    else
        for (int32_t b = 0; b < j.blocks; b++) finish_block(&j, b);
    ck_free(j.memory);
    return CK_OK;
}

ck_status ck_convolution_backward_weight(float *dw, float *dbias, const float *x, const float *dy, const ck_convolution *shape,
                                         const ck_kernels *kernels) {
    return backward_weight(__func__, dw, dbias, x, dy, shape, kernels, 1);
}

ck_status ck_convolution_backward_weight_parallel(float *dw, float *dbias, const float *x, const float *dy,
                                                  const ck_convolution *shape, const ck_kernels *kernels, int32_t threads) {
    return backward_weight(__func__, dw, dbias, x, dy, shape, kernels, threads);
}

/* run_check.c - what is wrong with a call, found before anything runs; and how many threads a right one takes. */
#include "run.h"

/* ----------------------------------------------------------------- the blocks */

typedef struct block {
    const char *name;
    const void *start;
    size_t bytes;
} block;

static ck_status check_block(const block *b) {
    if (b->bytes == 0) return CK_OK;
    if (!b->start) return ck_fail(CK_ERROR_NULL, "ck_plan_run: %s: expected %zu bytes, found NULL", b->name, b->bytes);
    if ((uintptr_t)b->start % 64)
        return ck_fail(CK_ERROR_BUFFER, "ck_plan_run: %s: expected an address that is a multiple of 64, found %p",
                       b->name, b->start);
    return CK_OK;
}

static ck_status check_apart(const block *a, const block *b) {
    const uintptr_t first = (uintptr_t)a->start, second = (uintptr_t)b->start;
    if (a->bytes == 0 || b->bytes == 0 || first + a->bytes <= second || second + b->bytes <= first) return CK_OK;
    return ck_fail(CK_ERROR_BUFFER, "ck_plan_run: %s and %s: expected buffers apart, found that they overlap", a->name,
                   b->name);
}

static ck_status check_blocks(const ck_plan *plan, const ck_run *run, size_t scale) {
    const ck_plan_header *h = &plan->header;
    const size_t least = scale * ck_plan_arena_bytes(plan, 1);
    const bool learns = plan->phases & CK_UPDATE;
    uint64_t reach = 0;
    for (uint32_t phase = CK_PREPARE; phase <= CK_UPDATE; phase <<= 1)
        if (run->phases & phase && plan->parameter_reach[phase] > reach) reach = plan->parameter_reach[phase];
    const block blocks[] = {
        {"parameters", run->parameters, scale * (size_t)reach},
        {"gradients", run->gradients, plan->uses_gradients ? scale * (size_t)h->parameter_bytes : 0},
        {"state", run->state, learns ? scale * (size_t)h->state_bytes : 0},
        {"shared", run->shared, scale * (size_t)h->shared_bytes},
        {"arena", run->arena, least},
    };
    enum { COUNT = sizeof blocks / sizeof blocks[0] };
    if (run->arena_bytes < least)
        return ck_fail(CK_ERROR_BUFFER, "ck_plan_run: arena: expected at least %zu bytes, for one thread, found %zu",
                       least, run->arena_bytes);
    for (int i = 0; i < COUNT; i++) {
        const ck_status status = check_block(&blocks[i]);
        if (status != CK_OK) return status;
    }
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < i; j++) {
            const ck_status status = check_apart(&blocks[j], &blocks[i]);
            if (status != CK_OK) return status;
        }
    return CK_OK;
}

/* ------------------------------------------------------------------- the data */

static ck_status check_array(const ck_plan *plan, const ck_run *run, uint32_t i) {
    const ck_array *array = &plan->arrays[i];
    if (!plan->array_used[i]) return CK_OK;
    if (!run->arrays[i].data)
        return ck_fail(CK_ERROR_NULL, "ck_plan_run: array %u \"%s\": expected data, found NULL", i, array->name);
    if (array->result ? run->arrays[i].items >= run->images : run->arrays[i].items > 0) return CK_OK;
    return ck_fail(CK_ERROR_SIZE, "ck_plan_run: array %u \"%s\": expected at least %d items, found %lld", i,
                   array->name, array->result ? run->images : 1, (long long)run->arrays[i].items);
}

/* The smallest number of items in an array that is read: indices must lie below it. */
static int64_t least_items(const ck_plan *plan, const ck_run *run, uint32_t *which) {
    int64_t least = INT64_MAX;
    for (uint32_t i = 0; i < plan->header.arrays; i++)
        if (plan->array_used[i] && !plan->arrays[i].result && run->arrays[i].items < least)
            least = run->arrays[i].items, *which = i;
    return least;
}

static ck_status check_indices(const ck_plan *plan, const ck_run *run) {
    uint32_t which = 0;
    const int64_t items = least_items(plan, run, &which);
    for (int32_t n = 0; n < run->images; n++) {
        const int64_t index = run->indices ? run->indices[n] : n;
        if (index >= 0 && index < items) continue;
        return ck_fail(CK_ERROR_DATA,
                       "ck_plan_run: index %lld of image %d: expected 0 to %lld, the items of array %u \"%s\"",
                       (long long)index, n, (long long)(items - 1), which, plan->arrays[which].name);
    }
    return CK_OK;
}

static ck_status check_data(const ck_plan *plan, const ck_run *run) {
    for (uint32_t i = 0; i < plan->header.arrays; i++) {
        const ck_status status = check_array(plan, run, i);
        if (status != CK_OK) return status;
    }
    return check_indices(plan, run);
}

/* ------------------------------------------------------------------ the labels */

/* What an operation that reads labels needs to know of them. */
typedef struct label_rule {
    const int32_t *labels;
    int32_t classes, ignored;
    size_t array;
} label_rule;

static label_rule labels_of(const ck_run *run, const ck_ready *r) {
    if (r->op->code == CK_OP_label_rows) {
        const int32_t classes = r->op->shape.rows.channels;
        return (label_rule){run->arrays[r->at[1].offset].data, classes, 0, r->at[1].offset};
    }
    const bool counts = r->op->code == CK_OP_count_correct;
    const size_t array = r->at[counts ? 2 : 3].offset;
    if (counts) return (label_rule){run->arrays[array].data, r->op->shape.rows.channels, r->op->option, array};
    const ck_cross_entropy *s = &r->op->shape.cross_entropy;
    return (label_rule){run->arrays[array].data, s->rows.channels, s->ignore_index, array};
}

static ck_status check_labels(const ck_plan *plan, const ck_run *run, const ck_ready *r) {
    const label_rule rule = labels_of(run, r);
    for (int32_t n = 0; n < run->images; n++) {
        const int64_t item = run->indices ? run->indices[n] : n;
        const int32_t label = rule.labels[item];
        if ((label >= 0 && label < rule.classes) || label == rule.ignored) continue;
        return ck_fail(CK_ERROR_DATA, "ck_plan_run: label %d of item %lld in array %zu \"%s\": expected 0 to %d", label,
                       (long long)item, rule.array, plan->arrays[rule.array].name, rule.classes - 1);
    }
    return CK_OK;
}

/* ------------------------------------------------------------ weights of losses */

/* A class weight, stored as a float or, at twice the size, a double. */
static double class_weight(const ck_run *run, const ck_located *at, int32_t label, size_t scale) {
    const char *weights = (const char *)run->parameters + scale * at->offset;
    return scale == 1 ? (double)((const float *)(const void *)weights)[label]
                      : ((const double *)(const void *)weights)[label];
}

static double weight_of_labels(const ck_run *run, const ck_ready *r, size_t scale) {
    const label_rule rule = labels_of(run, r);
    double sum = 0;
    for (int32_t n = 0; n < run->images; n++) {
        const int32_t label = rule.labels[run->indices ? run->indices[n] : n];
        if (label == rule.ignored) continue;
        sum += r->at[4].space == CK_NOWHERE ? 1 : class_weight(run, &r->at[4], label, scale);
    }
    return sum;
}

static void count_weights(const ck_plan *plan, const ck_run *run, size_t scale, ck_normalisers *normalisers) {
    for (uint32_t i = 0; i < plan->header.ops; i++) {
        const ck_ready *r = &plan->ready[i];
        if (!ck_op_reports(r->op->code)) continue;
        double *weight = &normalisers->weight[r->op->layer];
        const ck_rows *rows = &r->op->shape.rows;
        if (r->op->code == CK_OP_cross_entropy_labels) *weight = weight_of_labels(run, r, scale);
        else if (r->op->code == CK_OP_cross_entropy_targets)
            *weight = (double)run->images * (double)r->op->shape.cross_entropy.rows.rows;
        else *weight = (double)run->images * (double)rows->rows * rows->channels;
    }
}

bool ck_op_reports(uint32_t code) {
    return code == CK_OP_cross_entropy_labels || code == CK_OP_cross_entropy_targets ||
           code == CK_OP_mean_squared_error || code == CK_OP_mean_absolute_error ||
           code == CK_OP_binary_cross_entropy || code == CK_OP_count_correct;
}

/* --------------------------------------------------------------------- a call */

static ck_status check_numbers(const ck_plan *plan, const ck_run *run) {
    const ck_plan_header *h = &plan->header;
    if (run->images < 1 || run->images > h->batch)
        return ck_fail(CK_ERROR_SIZE, "ck_plan_run: images: expected 1 to %d, the plan's batch, found %d", h->batch,
                       run->images);
    if (run->threads < 0 || run->threads > CK_MOST_THREADS)
        return ck_fail(CK_ERROR_SIZE, "ck_plan_run: threads: expected 0 to %d, found %d", CK_MOST_THREADS,
                       run->threads);
    if (run->phases == 0 || run->phases & ~(uint32_t)(CK_PREPARE | CK_COMPUTE | CK_UPDATE))
        return ck_fail(CK_ERROR_OPTION,
                       "ck_plan_run: phases: expected CK_PREPARE, CK_COMPUTE, CK_UPDATE or several, found %u",
                       run->phases);
    if (run->flags & ~(uint32_t)CK_FIND_FAULT)
        return ck_fail(CK_ERROR_OPTION, "ck_plan_run: flags: expected CK_FIND_FAULT or 0, found %u", run->flags);
    if (run->step.micro_step > 4095)
        return ck_fail(CK_ERROR_OPTION, "ck_plan_run: micro_step: expected 0 to 4095, found %u", run->step.micro_step);
    if (plan->fuses_updates && (run->step.accumulate || run->step.clip_norm > 0))
        return ck_fail(CK_ERROR_OPTION, "ck_plan_run: expected a plan without dense_gradient_update for %s",
                       run->step.accumulate ? "gradients that accumulate" : "clipping by norm");
    for (uint32_t g = 0; run->phases & CK_UPDATE && g < plan->header.groups; g++)
        if (plan->still_groups & 1u << g && run->step.groups[g].momentum != 0)
            return ck_fail(
                CK_ERROR_OPTION,
                "ck_plan_run: momentum of group %u: expected 0, since the plan keeps no state for it, found %g", g,
                (double)run->step.groups[g].momentum);
    if (run->phases & CK_COMPUTE && plan->least_rows && (int64_t)run->images * plan->least_rows < 2)
        return ck_fail(CK_ERROR_SIZE, "ck_plan_run: images: expected 2 or more, since a batch normalisation has one "
                                      "value per image and channel, found 1");
    return CK_OK;
}

ck_status ck_check_run(const ck_plan *plan, const ck_run *run, size_t scale, ck_normalisers *normalisers) {
    ck_status status = check_numbers(plan, run);
    if (status == CK_OK) status = check_blocks(plan, run, scale);
    /* Data are looked at in CK_COMPUTE; a dense_gradient_update reads what that left. */
    if (status != CK_OK || !(run->phases & CK_COMPUTE)) return status;
    status = check_data(plan, run);
    for (int32_t i = 0; status == CK_OK && i < plan->labelled_count; i++)
        status = check_labels(plan, run, &plan->ready[plan->labelled[i]]);
    if (status == CK_OK) count_weights(plan, run, scale, normalisers);
    return status;
}

/* -------------------------------------------------------------------- threads */

/* Waking a team costs some microseconds, up to 40 where threads sleep between calls: each must have this much to do. */
static _Thread_local double least_nanoseconds = 20000;

void ck_set_least_time(double nanoseconds) { least_nanoseconds = nanoseconds; }

int32_t ck_plan_threads(const ck_plan *plan, uint32_t phases, int32_t images, int32_t threads) {
    double cost = 0;
    int64_t busy = 1; /* threads that have something to do at least once */
    const int64_t cuts = plan->header.lane_bytes ? ck_min(plan->header.lanes, images) : images;
    for (uint32_t i = 0; i < plan->header.segments; i++) {
        if (!(plan->segments[i].phase & phases)) continue;
        cost += plan->segment_cost[i].once + plan->segment_cost[i].per_image * images;
        busy = ck_max(busy, plan->segments[i].kind == CK_TILES ? cuts : plan->segment_cost[i].units);
    }
    const int64_t worthwhile = least_nanoseconds > 0 ? ck_max(1, (int64_t)(cost / least_nanoseconds)) : CK_MOST_THREADS;
    return (int32_t)ck_min(threads > 0 ? threads : ck_default_threads(), ck_min(worthwhile, busy));
}

int32_t ck_run_threads(const ck_plan *plan, const ck_run *run, size_t scale) {
    const size_t tile = scale * (size_t)plan->header.tile_bytes, fixed = scale * ck_plan_arena_bytes(plan, 0);
    const int32_t wanted = ck_has_openmp() ? ck_plan_threads(plan, run->phases, run->images, run->threads) : 1;
    const size_t room = tile ? (run->arena_bytes - fixed) / tile : CK_MOST_THREADS;
    return (int32_t)ck_min(wanted, room < CK_MOST_THREADS ? (int64_t)room : CK_MOST_THREADS);
}

/* check.c - ck_plan_create: from bytes to a plan that can do no harm. Nothing of the bytes is used before it was looked
 * at. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

_Static_assert(sizeof(ck_plan_header) == 128 && sizeof(ck_segment) == 16 && sizeof(ck_op) == 256 &&
                   sizeof(ck_array) == 48 && sizeof(ck_parameter) == 96,
               "the bytes of a plan, see docs/plan.md");

static const char magic[] = "CKPLAN\r\n"; /* and a zero byte that is not part of it */

void ck_op_place(char *text, size_t room, const ck_plan *plan, uint32_t op) {
    const char *kind = ck_op_name(plan->ops[op].code);
    snprintf(text, room, "ck_plan_create: operation %u \"%.*s\" (%s)", op, CK_NAME_LENGTH - 1, plan->ops[op].name,
             kind ? kind : "unknown");
}

ck_status ck_fail_op(const ck_plan *plan, uint32_t op, ck_status status, const char *format, ...) {
    char place[128], text[384];
    ck_op_place(place, sizeof place, plan, op);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return ck_fail(status, "%s: %s", place, text);
}

bool ck_name_is_fine(const char *name, size_t room) {
    size_t length = 0;
    while (length < room && name[length]) {
        if (name[length] < ' ' || name[length] > '~') return false;
        length++;
    }
    return length < room;
}

/* --------------------------------------------------------------------- header */

typedef struct number {
    const char *name;
    int64_t value, least, most;
} number;

static ck_status check_numbers(const number *list) {
    for (; list->name; list++)
        if (list->value < list->least || list->value > list->most)
            return ck_fail(CK_ERROR_FORMAT, "ck_plan_create: header: %s: expected %lld to %lld, found %lld", list->name,
                           (long long)list->least, (long long)list->most, (long long)list->value);
    return CK_OK;
}

static size_t table_bytes(const ck_plan_header *h) {
    return h->segments * sizeof(ck_segment) + h->ops * sizeof(ck_op) + h->arrays * sizeof(ck_array) +
           h->parameters * sizeof(ck_parameter);
}

static ck_status check_blocks(const ck_plan_header *h) {
    const struct {
        const char *name;
        uint64_t bytes;
    } blocks[] = {{"parameter_bytes", h->parameter_bytes}, {"state_bytes", h->state_bytes},
                  {"shared_bytes", h->shared_bytes},       {"lane_bytes", h->lane_bytes},
                  {"batch_bytes", h->batch_bytes},         {"tile_bytes", h->tile_bytes}};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        if (blocks[i].bytes % 64 || blocks[i].bytes > ck_most_bytes)
            return ck_fail(CK_ERROR_FORMAT,
                           "ck_plan_create: header: %s: expected a multiple of 64 up to %llu, found %llu",
                           blocks[i].name, (unsigned long long)ck_most_bytes, (unsigned long long)blocks[i].bytes);
    return CK_OK;
}

static ck_status check_header(const ck_plan_header *h, size_t size) {
    if (memcmp(h->magic, magic, sizeof h->magic) != 0)
        return ck_fail(CK_ERROR_FORMAT, "ck_plan_create: expected the bytes of a plan, found another beginning");
    if (h->major != 1)
        return ck_fail(CK_ERROR_FORMAT,
                       "ck_plan_create: version: expected 1, found %u.%u: made by another version of this library",
                       h->major, h->minor);
    if (h->bytes != size)
        return ck_fail(CK_ERROR_FORMAT, "ck_plan_create: size: expected %u bytes, as the header says, found %zu",
                       h->bytes, size);
    const number numbers[] = {{"segments", h->segments, 1, CK_MOST_SEGMENTS},
                              {"operations", h->ops, 1, CK_MOST_OPS},
                              {"arrays", h->arrays, 0, CK_ARRAYS},
                              {"parameters", h->parameters, 0, CK_MOST_PARAMETERS},
                              {"reports", h->reports, 0, CK_REPORTS},
                              {"groups", h->groups, 0, CK_GROUPS},
                              {"batch", h->batch, 1, CK_MOST_BATCH},
                              {"lanes", h->lanes, 1, CK_MOST_LANES},
                              {"tile", h->tile, 1, h->batch},
                              {"zero", h->zero, 0, 0},
                              {"reserved", (int64_t)(h->reserved[0] | h->reserved[1] | h->reserved[2]), 0, 0},
                              {NULL, 0, 0, 0}};
    const ck_status status = check_numbers(numbers);
    if (status != CK_OK) return status;
    const size_t expected = sizeof *h + table_bytes(h);
    if (expected != size)
        return ck_fail(CK_ERROR_FORMAT,
                       "ck_plan_create: size: expected %zu bytes for the tables that the header counts, found %zu",
                       expected, size);
    return check_blocks(h);
}

/* --------------------------------------------------------------------- tables */

static ck_status check_segments(const ck_plan *plan) {
    uint32_t next = 0, phase = CK_PREPARE;
    for (uint32_t i = 0; i < plan->header.segments; i++) {
        const ck_segment *s = &plan->segments[i];
        if (s->first != next || s->count == 0 || s->count > plan->header.ops - next)
            return ck_fail(
                CK_ERROR_PLAN,
                "ck_plan_create: segment %u: expected operations from %u on, at most %u, found %u from %u on", i, next,
                plan->header.ops - next, s->count, s->first);
        if (s->kind != CK_TILES && s->kind != CK_PARTS)
            return ck_fail(CK_ERROR_PLAN, "ck_plan_create: segment %u: kind: expected 0 (tiles) or 1 (parts), found %u",
                           i, s->kind);
        if ((s->phase != CK_PREPARE && s->phase != CK_COMPUTE && s->phase != CK_UPDATE) || s->phase < phase)
            return ck_fail(CK_ERROR_PLAN,
                           "ck_plan_create: segment %u: phase: expected 1, 2 or 4, not below %u, found %u", i, phase,
                           s->phase);
        if (s->kind == CK_TILES && s->phase != CK_COMPUTE)
            return ck_fail(
                CK_ERROR_PLAN,
                "ck_plan_create: segment %u: expected tiles in the phase CK_COMPUTE alone, found them in phase %u", i,
                s->phase);
        next += s->count, phase = s->phase;
    }
    if (next != plan->header.ops)
        return ck_fail(CK_ERROR_PLAN, "ck_plan_create: segments: expected all %u operations in them, found %u",
                       plan->header.ops, next);
    return CK_OK;
}

static ck_status check_arrays(const ck_plan *plan) {
    for (uint32_t i = 0; i < plan->header.arrays; i++) {
        const ck_array *a = &plan->arrays[i];
        if (!ck_name_is_fine(a->name, sizeof a->name))
            return ck_fail(CK_ERROR_PLAN,
                           "ck_plan_create: array %u: name: expected printable characters and a zero byte", i);
        if (a->type > CK_INTEGERS || a->result > 1)
            return ck_fail(
                CK_ERROR_PLAN,
                "ck_plan_create: array %u \"%s\": expected a type of 0 to 2 and a result of 0 or 1, found %u and %u", i,
                a->name, a->type, a->result);
        if (a->values < 1 || a->values > CK_MOST_ITEM)
            return ck_fail(CK_ERROR_PLAN, "ck_plan_create: array %u \"%s\": values: expected 1 to %d, found %lld", i,
                           a->name, CK_MOST_ITEM, (long long)a->values);
    }
    return CK_OK;
}

/* ----------------------------------------------------------------- parameters */

/* As it came, or padded. */
static bool is_stored(int32_t channels, int32_t stored) {
    return stored == channels || stored == ck_stored_channels(channels);
}

static uint64_t end_of(const ck_parameter *p) {
    return p->offset + sizeof(float) * (uint64_t)p->outer * (uint64_t)p->inputs_stored * (uint64_t)p->outputs_stored;
}

static ck_status check_parameter(const ck_plan *plan, uint32_t i) {
    const ck_parameter *p = &plan->parameters[i];
    if (!ck_name_is_fine(p->name, sizeof p->name) || !p->name[0])
        return ck_fail(CK_ERROR_PLAN,
                       "ck_plan_create: parameter %u: name: expected printable characters and a zero byte", i);
    const bool sizes = p->outer >= 1 && p->inputs >= 1 && p->outputs >= 1 && p->inputs < CK_MOST_ITEM - 15 &&
                       p->outputs < CK_MOST_ITEM - 15 && is_stored(p->inputs, p->inputs_stored) &&
                       is_stored(p->outputs, p->outputs_stored);
    int64_t values = 0;
    if (!sizes || __builtin_mul_overflow((int64_t)p->inputs_stored * p->outputs_stored, (int64_t)p->outer, &values) ||
        values > CK_MOST_ITEM)
        return ck_fail(CK_ERROR_PLAN,
                       "ck_plan_create: parameter %u \"%s\": expected sizes of 1 on, stored as they are or padded, and "
                       "at most %d values, found %d x %d (%d) x %d (%d)",
                       i, p->name, CK_MOST_ITEM, p->outer, p->inputs, p->inputs_stored, p->outputs, p->outputs_stored);
    if (p->offset % 64 || p->offset > plan->header.parameter_bytes ||
        (uint64_t)values * sizeof(float) > plan->header.parameter_bytes - p->offset)
        return ck_fail(CK_ERROR_PLAN,
                       "ck_plan_create: parameter %u \"%s\": expected an offset that is a multiple of 64 and its %lld "
                       "bytes within %llu, found offset %llu",
                       i, p->name, (long long)values * 4, (unsigned long long)plan->header.parameter_bytes,
                       (unsigned long long)p->offset);
    if (p->kind > CK_CONSTANT)
        return ck_fail(CK_ERROR_PLAN, "ck_plan_create: parameter %u \"%s\": kind: expected 0 to 2, found %u", i,
                       p->name, p->kind);
    return CK_OK;
}

static int by_offset(const void *a, const void *b) {
    const ck_parameter *p = *(const ck_parameter *const *)a, *q = *(const ck_parameter *const *)b;
    return p->offset < q->offset ? -1 : p->offset > q->offset;
}
static int by_name(const void *a, const void *b) {
    return strcmp((*(const ck_parameter *const *)a)->name, (*(const ck_parameter *const *)b)->name);
}

static ck_status check_parameters(const ck_plan *plan) {
    const uint32_t count = plan->header.parameters;
    for (uint32_t i = 0; i < count; i++) {
        const ck_status status = check_parameter(plan, i);
        if (status != CK_OK) return status;
    }
    if (count == 0 && plan->header.parameter_bytes)
        return ck_fail(CK_ERROR_PLAN,
                       "ck_plan_create: header: parameter_bytes: expected 0, since there are no parameters, found %llu",
                       (unsigned long long)plan->header.parameter_bytes);
    if (count == 0) return CK_OK;
    const ck_parameter **sorted = ck_allocate(count * sizeof *sorted);
    if (!sorted) return ck_fail(CK_ERROR_MEMORY, "ck_plan_create: no memory");
    ck_status status = CK_OK;
    for (uint32_t i = 0; i < count; i++) sorted[i] = &plan->parameters[i];
    qsort(sorted, count, sizeof *sorted, by_offset);
    for (uint32_t i = 1; status == CK_OK && i < count; i++) {
        const ck_parameter *p = sorted[i - 1];
        if (end_of(p) > sorted[i]->offset)
            status =
                ck_fail(CK_ERROR_PLAN,
                        "ck_plan_create: parameters \"%s\" and \"%s\": expected places apart, found that they overlap",
                        p->name, sorted[i]->name);
    }
    const uint64_t bytes = (uint64_t)ck_round_up((int64_t)end_of(sorted[count - 1]), 64);
    if (status == CK_OK && bytes != plan->header.parameter_bytes)
        status =
            ck_fail(CK_ERROR_PLAN,
                    "ck_plan_create: header: parameter_bytes: expected %llu, where the last parameter ends, found %llu",
                    (unsigned long long)bytes, (unsigned long long)plan->header.parameter_bytes);
    qsort(sorted, count, sizeof *sorted, by_name);
    for (uint32_t i = 1; status == CK_OK && i < count; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
            status =
                ck_fail(CK_ERROR_PLAN, "ck_plan_create: parameter \"%s\": expected a name of its own, found it twice",
                        sorted[i]->name);
    ck_free(sorted);
    return status;
}

/* ----------------------------------------------------------- what is known of it */

/* What calls ask for again and again. */
static void note_op(ck_plan *plan, uint32_t i) {
    const ck_op *op = &plan->ops[i];
    switch (op->code) {
    case CK_OP_cross_entropy_labels:
    case CK_OP_label_rows:
    case CK_OP_count_correct: plan->labelled[plan->labelled_count++] = (int32_t)i; break;
    case CK_OP_batch_norm_statistics: {
        const int32_t rows = (int32_t)op->shape.rows.rows;
        if (!plan->least_rows || rows < plan->least_rows) plan->least_rows = rows;
        break;
    }
    case CK_OP_dense_gradient_update: plan->fuses_updates = true; break;
    default: break;
    }
    /* An update that keeps no momentum cannot have one. */
    const bool still = (op->code == CK_OP_sgd_update && ck_at_space(op->at[1]) == CK_NOWHERE) ||
                       (op->code == CK_OP_rmsprop_update && ck_at_space(op->at[2]) == CK_NOWHERE) ||
                       (op->code == CK_OP_dense_gradient_update && op->option == CK_OP_sgd_update &&
                        ck_at_space(op->at[2]) == CK_NOWHERE) ||
                       (op->code == CK_OP_dense_gradient_update && op->option == CK_OP_rmsprop_update &&
                        ck_at_space(op->at[1]) == CK_NOWHERE);
    if (still) plan->still_groups |= 1u << op->group;
    for (int32_t k = 0; k < plan->ready[i].operands; k++) {
        const ck_located *at = &plan->ready[i].at[k];
        if (at->space == CK_GRADIENTS) plan->uses_gradients = true;
        if (at->space == CK_LANE) plan->ready[i].by_lanes = true;
        if (at->space == CK_ARRAY) plan->array_used[at->offset] = true;
    }
}

/* How far the operands of an operation reach into the parameters. */
static uint64_t reach_of(const ck_plan *plan, uint32_t i) {
    ck_operand list[CK_OPERANDS];
    const int32_t count = ck_op_operands(list, &plan->ops[i], 1);
    uint64_t reach = 0;
    for (int32_t k = 0; k < count; k++) {
        const ck_located *at = &plan->ready[i].at[k];
        if (at->space == CK_PARAMETERS && at->offset + (uint64_t)list[k].amount > reach)
            reach = at->offset + (uint64_t)list[k].amount;
    }
    return reach;
}

static void note(ck_plan *plan) {
    plan->clearing_segment = -1;
    for (uint32_t i = 0; i < plan->header.segments; i++) {
        const ck_segment *s = &plan->segments[i];
        plan->phases |= s->phase;
        if (s->kind == CK_TILES && plan->clearing_segment < 0) plan->clearing_segment = (int32_t)i;
        for (uint32_t o = s->first; o < s->first + s->count; o++) {
            const uint64_t reach = reach_of(plan, o);
            if (reach > plan->parameter_reach[s->phase]) plan->parameter_reach[s->phase] = reach;
        }
    }
    for (uint32_t i = 0; i < plan->header.ops; i++) note_op(plan, i);
}

/* ----------------------------------------------------------------------- plans */

/* One allocation: the struct, the tables as they came, what is made of them. */
static ck_plan *allocate(const ck_plan_header *h, const char *tables) {
    const size_t before = (size_t)ck_round_up(sizeof(ck_plan), 64), copied = table_bytes(h);
    const size_t ready = (size_t)ck_round_up((int64_t)(before + copied), 64), costs = ready + h->ops * sizeof(ck_ready);
    const size_t bytes = costs + h->segments * sizeof(struct ck_cost);
    char *memory = ck_allocate(bytes);
    if (!memory) return NULL;
    memset(memory, 0, bytes);
    memcpy(memory + before, tables, copied);
    ck_plan *plan = (ck_plan *)(void *)memory;
    plan->header = *h, plan->bytes = bytes;
    plan->segments = (const ck_segment *)(const void *)(memory + before);
    plan->ops = (const ck_op *)(const void *)(plan->segments + h->segments);
    plan->arrays = (const ck_array *)(const void *)(plan->ops + h->ops);
    plan->parameters = (const ck_parameter *)(const void *)(plan->arrays + h->arrays);
    plan->ready = (ck_ready *)(void *)(memory + ready);
    plan->segment_cost = (struct ck_cost *)(void *)(memory + costs);
    return plan;
}

static ck_status check(ck_plan *plan) {
    ck_status status = check_segments(plan);
    if (status == CK_OK) status = check_arrays(plan);
    if (status == CK_OK) status = check_parameters(plan);
    if (status == CK_OK) status = ck_check_shapes(plan);
    if (status == CK_OK) status = ck_check_places(plan);
    if (status != CK_OK) return status;
    note(plan);
    ck_plan_count_costs(plan);
    return CK_OK;
}

ck_status ck_plan_create(ck_plan **plan, const void *bytes, size_t size) {
    if (!plan) return ck_fail(CK_ERROR_NULL, "ck_plan_create: plan: expected a pointer, found NULL");
    *plan = NULL;
    if (!bytes) return ck_fail(CK_ERROR_NULL, "ck_plan_create: bytes: expected a pointer, found NULL");
    ck_plan_header header;
    if (size < sizeof header)
        return ck_fail(CK_ERROR_FORMAT,
                       "ck_plan_create: size: expected at least %zu bytes, those of the header, found %zu",
                       sizeof header, size);
    memcpy(&header, bytes, sizeof header);
    ck_status status = check_header(&header, size);
    if (status != CK_OK) return status;
    ck_plan *made = allocate(&header, (const char *)bytes + sizeof header);
    if (!made) return ck_fail(CK_ERROR_MEMORY, "ck_plan_create: no memory");
    if ((status = check(made)) != CK_OK) {
        ck_free(made);
        return status;
    }
    *plan = made;
    return CK_OK;
}

void ck_plan_destroy(ck_plan *plan) { ck_free(plan); }

ck_status ck_plan_sizes_get(const ck_plan *plan, int32_t threads, ck_plan_sizes *sizes) {
    if (!plan || !sizes)
        return ck_fail(CK_ERROR_NULL, "ck_plan_sizes_get: %s: expected a pointer, found NULL", plan ? "sizes" : "plan");
    if (threads < 0 || threads > CK_MOST_THREADS)
        return ck_fail(CK_ERROR_SIZE, "ck_plan_sizes_get: threads: expected 0 to %d, found %d", CK_MOST_THREADS,
                       threads);
    const ck_plan_header *h = &plan->header;
    *sizes = (ck_plan_sizes){
        .parameters = (size_t)h->parameter_bytes,
        .gradients = plan->uses_gradients ? (size_t)h->parameter_bytes : 0,
        .state = (size_t)h->state_bytes,
        .shared = (size_t)h->shared_bytes,
        .arena = ck_plan_arena_bytes(plan, threads ? threads : ck_default_threads()),
        .plan = plan->bytes,
    };
    return CK_OK;
}

const ck_plan_header *ck_plan_about(const ck_plan *plan) { return plan ? &plan->header : NULL; }
const ck_segment *ck_plan_segments(const ck_plan *plan) { return plan ? plan->segments : NULL; }
const ck_op *ck_plan_ops(const ck_plan *plan) { return plan ? plan->ops : NULL; }
const ck_array *ck_plan_arrays(const ck_plan *plan) { return plan ? plan->arrays : NULL; }
const ck_parameter *ck_plan_parameters(const ck_plan *plan) { return plan ? plan->parameters : NULL; }

/* check_places.c - where operands lie. Three rules:
 *
 *   1. Each operand lies in its space, whole, and apart from whatever else its operation writes.
 *   2. Nothing is read that no operation before it wrote in just that form (parameters, gradients and state are the
 * caller's). Some kernels trust what they read: the winners of a pool must be what an operation of the same shape
 * wrote, in the same phase.
 *   3. What different threads may do at the same time does not touch: operations of one segment of parts, and different
 * images of one segment of tiles.
 */
#include <stdlib.h>

#include "check.h"

/* Where an operand begins and ends, in bytes, and who that is. */
typedef struct extent {
    uint64_t begin, end;
    uint32_t op;
    uint8_t space;
    bool written;
} extent;

/* What was last written in a place: `begin` to `end`, by an operation of a segment. Those of a space are kept in order,
 * and do not overlap. */
typedef struct written {
    uint64_t begin, end;
    uint32_t op, segment;
    bool winners, read; /* read: in segment `reader`, by other threads than the one that wrote */
    uint32_t reader;
} written;

typedef struct places {
    written *items;
    size_t count;
} places;

typedef struct checker {
    ck_plan *plan;
    uint32_t segment;
    extent *extents; /* of this segment */
    size_t extent_count;
    places spaces[CK_ARRAY];
    uint64_t used[CK_ARRAY]; /* how far operands reach in each space */
} checker;

static const char *const space_names[] = {"nowhere", "parameters", "gradients", "state", "shared",
                                          "lane",    "batch",      "tile",      "array"};

/* ------------------------------------------------------------ 1. in their spaces */

static bool may_lie_in(ck_where where, ck_space space, bool in_parts) {
    switch (where) {
    case CK_IN_IMAGES:
    case CK_IN_WINNERS: return space == CK_BATCH || (space == CK_TILE && !in_parts);
    case CK_IN_PARAMETERS: return space == CK_PARAMETERS;
    case CK_IN_GRADIENTS: return space == CK_GRADIENTS;
    case CK_IN_STATE: return space == CK_STATE;
    case CK_IN_SHARED: return space == CK_SHARED;
    case CK_IN_SUMS: return space == CK_LANE;
    case CK_IN_TERM: return space == CK_PARAMETERS || space == CK_SHARED;
    case CK_IN_ARRAY: return space == CK_ARRAY;
    case CK_IN_WORK: return space == CK_TILE;
    }
    return false;
}

static uint64_t space_bytes(const ck_plan_header *h, ck_space space) {
    switch (space) {
    case CK_PARAMETERS:
    case CK_GRADIENTS: return h->parameter_bytes;
    case CK_STATE: return h->state_bytes;
    case CK_SHARED: return h->shared_bytes;
    case CK_LANE: return h->lane_bytes;
    case CK_BATCH: return h->batch_bytes;
    case CK_TILE: return h->tile_bytes;
    default: return 0;
    }
}

static bool is_of_images(const ck_operand *o) { return o->where == CK_IN_IMAGES || o->where == CK_IN_WINNERS; }

static ck_status check_array(const ck_plan *plan, uint32_t i, const ck_operand *o, uint64_t number) {
    if (number >= plan->header.arrays)
        return ck_fail_op(plan, i, CK_ERROR_PLAN, "operand %s: expected an array below %u, found %llu", o->name,
                          plan->header.arrays, (unsigned long long)number);
    const ck_array *a = &plan->arrays[number];
    const bool result = o->verb == CK_WRITES;
    if ((ck_array_type)a->type != o->type || (a->result != 0) != result || a->values != o->amount)
        return ck_fail_op(
            plan, i, CK_ERROR_PLAN,
            "operand %s: expected an array of type %d, %s, of %lld values, found \"%s\" of type %u, %s, of %lld",
            o->name, (int)o->type, result ? "a result" : "no result", (long long)o->amount, a->name, a->type,
            a->result ? "a result" : "no result", (long long)a->values);
    return CK_OK;
}

/* Finds operand `k`; *extent is where it lies for all images of the batch, or of a tile. */
static ck_status check_operand(checker *c, uint32_t i, int32_t k, const ck_operand *o, bool in_parts, extent *e) {
    const ck_plan *plan = c->plan;
    const ck_at at = plan->ops[i].at[k];
    const ck_space space = ck_at_space(at);
    const uint64_t offset = ck_at_offset(at);
    ck_located *found = &c->plan->ready[i].at[k];
    *e = (extent){.op = i};
    if (at == 0) {
        if (o->optional) return CK_OK;
        return ck_fail_op(plan, i, CK_ERROR_PLAN, "operand %s: expected a place, found none", o->name);
    }
    if (space > CK_ARRAY || !may_lie_in(o->where, space, in_parts))
        return ck_fail_op(plan, i, CK_ERROR_PLAN, "operand %s: expected a place of another kind than %s %d%s", o->name,
                          space <= CK_ARRAY ? space_names[space] : "space", (int)space,
                          in_parts ? " in a segment of parts" : "");
    *found = (ck_located){.space = (uint8_t)space, .offset = (size_t)offset};
    if (space == CK_ARRAY) return check_array(plan, i, o, offset);
    if (offset % 64)
        return ck_fail_op(plan, i, CK_ERROR_PLAN, "operand %s: expected an offset that is a multiple of 64, found %llu",
                          o->name, (unsigned long long)offset);
    const int64_t images = is_of_images(o) ? (space == CK_BATCH ? plan->header.batch : plan->header.tile) : 1;
    const uint64_t room = space_bytes(&plan->header, space);
    int64_t bytes = 0;
    if (o->amount < 0 || __builtin_mul_overflow(o->amount, images, &bytes) || (uint64_t)bytes > room ||
        offset > room - (uint64_t)bytes)
        return ck_fail_op(plan, i, CK_ERROR_PLAN,
                          "operand %s: expected %lld x %lld bytes within the %llu of %s, found offset %llu", o->name,
                          (long long)images, (long long)o->amount, (unsigned long long)room, space_names[space],
                          (unsigned long long)offset);
    if (is_of_images(o) && (space == CK_BATCH || space == CK_TILE))
        found->stride = (size_t)o->amount, found->winners = o->where == CK_IN_WINNERS;
    if (offset + (uint64_t)bytes > c->used[space]) c->used[space] = offset + (uint64_t)bytes;
    *e = (extent){.begin = offset,
                  .end = offset + (uint64_t)bytes,
                  .op = i,
                  .space = (uint8_t)space,
                  .written = o->verb != CK_READS};
    return CK_OK;
}

/* The operand that is written may be one that is read, where ops.def says so: then it is the very same. */
static ck_status check_apart(const checker *c, uint32_t i, const ck_operand *list, const extent *extents,
                             int32_t count) {
    for (int32_t k = 0; k < count; k++)
        for (int32_t j = 0; j < k; j++) {
            const extent *a = &extents[j], *b = &extents[k];
            if (!a->space || a->space != b->space || !(a->written || b->written) || a->end <= b->begin ||
                b->end <= a->begin)
                continue;
            if (list[k].alias && list[j].verb == CK_WRITES && a->begin == b->begin && a->end == b->end) continue;
            return ck_fail_op(c->plan, i, CK_ERROR_PLAN,
                              "operands %s and %s: expected places apart, found that they overlap in %s", list[j].name,
                              list[k].name, space_names[a->space]);
        }
    return CK_OK;
}

/* -------------------------------------------------------- 2. written before read */

/* The first item that ends behind `begin`. */
static size_t find(const places *p, uint64_t begin) {
    size_t low = 0, high = p->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (p->items[middle].end <= begin) low = middle + 1;
        else high = middle;
    }
    return low;
}

static written *exactly(const places *p, const extent *e) {
    const size_t i = find(p, e->begin);
    return i < p->count && p->items[i].begin == e->begin && p->items[i].end == e->end ? &p->items[i] : NULL;
}

/* Takes the place of whatever lay there. */
static void put(places *p, const written *item) {
    const size_t first = find(p, item->begin);
    size_t end = first;
    while (end < p->count && p->items[end].begin < item->end) end++;
    memmove(p->items + first + 1, p->items + end, (p->count - end) * sizeof *p->items);
    p->items[first] = *item;
    p->count += 1 + first - end;
}

static bool same_shape(const ck_op *a, const ck_op *b) {
    return ck_op_kind_of(a->code)->shape == ck_op_kind_of(b->code)->shape &&
           memcmp(&a->shape, &b->shape,
                  ck_op_kind_of(a->code)->shape == CK_SHAPE_conv ? sizeof(ck_conv) : sizeof(ck_pool)) == 0;
}

static ck_status check_read(checker *c, const ck_operand *o, const extent *e) {
    const ck_plan *plan = c->plan;
    written *w = exactly(&c->spaces[e->space], e);
    const ck_segment *here = &plan->segments[c->segment];
    if (!w)
        return ck_fail_op(
            plan, e->op, CK_ERROR_PLAN,
            "operand %s: expected what an operation before it wrote, found %llu bytes at %llu in %s that none did",
            o->name, (unsigned long long)(e->end - e->begin), (unsigned long long)e->begin, space_names[e->space]);
    if (o->where == CK_IN_WINNERS && !(w->winners && same_shape(&plan->ops[w->op], &plan->ops[e->op]) &&
                                       plan->segments[w->segment].phase == here->phase))
        return ck_fail_op(plan, e->op, CK_ERROR_PLAN,
                          "operand %s: expected the winners of an operation of the same shape, in the same phase, "
                          "found those of operation %u \"%s\"",
                          o->name, w->op, plan->ops[w->op].name);
    /* Sums of all lanes are read: no thread may still be adding to them. */
    if (e->space == CK_LANE && o->verb == CK_READS) {
        if (w->segment == c->segment)
            return ck_fail_op(
                plan, e->op, CK_ERROR_PLAN,
                "operand %s: expected sums of an earlier segment, found those of operation %u \"%s\" in the same one",
                o->name, w->op, plan->ops[w->op].name);
        w->read = true, w->reader = c->segment;
    }
    return CK_OK;
}

/* Adding begins anywhere in gradients (the caller's) and in a lane's sums (cleared), but two that add to one place must
 * mean the same. */
static ck_status check_added(checker *c, const ck_operand *o, const extent *e, ck_located *found) {
    places *p = &c->spaces[e->space];
    written *w = exactly(p, e);
    const bool tiles = c->plan->segments[c->segment].kind == CK_TILES;
    if (!w) {
        const size_t i = find(p, e->begin);
        if (i < p->count && p->items[i].begin < e->end)
            return ck_fail_op(c->plan, e->op, CK_ERROR_PLAN,
                              "operand %s: expected the very place to which operation %u \"%s\" adds, or one apart, "
                              "found that they overlap in %s",
                              o->name, p->items[i].op, c->plan->ops[p->items[i].op].name, space_names[e->space]);
        if (e->space == CK_LANE && !tiles)
            return ck_fail_op(c->plan, e->op, CK_ERROR_PLAN,
                              "operand %s: expected sums that an operation before it added to, found none at %llu",
                              o->name, (unsigned long long)e->begin);
        found->clears = e->space == CK_GRADIENTS;
        put(p, &(written){.begin = e->begin, .end = e->end, .op = e->op, .segment = c->segment});
        return CK_OK;
    }
    if (e->space == CK_LANE && w->read && w->reader == c->segment)
        return ck_fail_op(c->plan, e->op, CK_ERROR_PLAN,
                          "operand %s: expected sums that no operation of the same segment reads", o->name);
    w->op = e->op, w->segment = c->segment;
    return CK_OK;
}

static bool is_followed(uint8_t space) {
    return space == CK_SHARED || space == CK_LANE || space == CK_BATCH || space == CK_TILE;
}

static ck_status check_order(checker *c, uint32_t i, const ck_operand *list, const extent *extents, int32_t count) {
    for (int32_t k = 0; k < count; k++) {
        if (!is_followed(extents[k].space) || list[k].verb != CK_READS) continue;
        const ck_status status = check_read(c, &list[k], &extents[k]);
        if (status != CK_OK) return status;
    }
    for (int32_t k = 0; k < count; k++) {
        const extent *e = &extents[k];
        const bool sums = e->space == CK_LANE || e->space == CK_GRADIENTS;
        if (sums && list[k].verb == CK_ADDS) {
            const ck_status status = check_added(c, &list[k], e, &c->plan->ready[i].at[k]);
            if (status != CK_OK) return status;
        } else if (is_followed(e->space) && list[k].verb != CK_READS) {
            put(&c->spaces[e->space], &(written){.begin = e->begin,
                                                 .end = e->end,
                                                 .op = i,
                                                 .segment = c->segment,
                                                 .winners = list[k].where == CK_IN_WINNERS});
        }
    }
    return CK_OK;
}

/* --------------------------------------------------------- 3. at the same time */

static int by_place(const void *a, const void *b) {
    const extent *p = a, *q = b;
    if (p->space != q->space) return p->space < q->space ? -1 : 1;
    if (p->begin != q->begin) return p->begin < q->begin ? -1 : 1;
    return p->end < q->end ? -1 : p->end > q->end;
}

/* The extent that reaches furthest among those seen, and the furthest of another owner. */
typedef struct furthest {
    uint64_t end, other_end;
    uint32_t owner, op, other_op;
} furthest;

static void reach(furthest *f, uint64_t end, uint32_t owner, uint32_t op) {
    if (f->end == 0 || owner == f->owner) {
        if (end > f->end) f->end = end, f->op = op;
        f->owner = owner;
    } else if (end > f->end) {
        f->other_end = f->end, f->other_op = f->op;
        f->end = end, f->owner = owner, f->op = op;
    } else if (end > f->other_end) {
        f->other_end = end, f->other_op = op;
    }
}

/* In parts, operations own their places; in tiles, a place as such is owned: each thread has other images of it, if it
 * is the same one. */
static ck_status check_segment(checker *c) {
    const bool parts = c->plan->segments[c->segment].kind == CK_PARTS;
    qsort(c->extents, c->extent_count, sizeof *c->extents, by_place);
    furthest all = {0}, written_to = {0};
    uint32_t owner = 0;
    for (size_t i = 0; i < c->extent_count; i++) {
        const extent *e = &c->extents[i], *before = i ? e - 1 : NULL;
        if (!before || before->space != e->space)
            memset(&all, 0, sizeof all), memset(&written_to, 0, sizeof written_to);
        if (parts) owner = e->op + 1;
        else if (!before || by_place(before, e) != 0) owner++;
        const furthest *against = e->written ? &all : &written_to;
        const uint64_t end = against->owner == owner ? against->other_end : against->end;
        const uint32_t op = against->owner == owner ? against->other_op : against->op;
        if (end > e->begin)
            return ck_fail_op(c->plan, e->op, CK_ERROR_PLAN,
                              "expected places apart from those of operation %u \"%s\" in the same segment, which "
                              "other threads may be at, found that they overlap in %s",
                              op, c->plan->ops[op].name, space_names[e->space]);
        reach(&all, e->end, owner, e->op);
        if (e->written) reach(&written_to, e->end, owner, e->op);
    }
    return CK_OK;
}

/* ------------------------------------------------------------------------- all */

/* A thread's own tile, and a lane's sums while images go by, are no one else's. */
static bool is_shared(const extent *e, bool parts) {
    if (e->space == CK_NOWHERE || e->space == CK_TILE || e->begin == e->end) return false;
    return parts || e->space == CK_BATCH;
}

static ck_status check_op(checker *c, uint32_t i) {
    ck_plan *plan = c->plan;
    const ck_op *op = &plan->ops[i];
    const ck_op_kind *kind = ck_op_kind_of(op->code);
    const bool parts = plan->segments[c->segment].kind == CK_PARTS;
    if (!(kind->segments & (parts ? CK_IN_PARTS : CK_IN_TILES)))
        return ck_fail_op(plan, i, CK_ERROR_PLAN, "expected a segment of %s, found it in segment %u, of %s",
                          parts ? "tiles" : "parts", c->segment, parts ? "parts" : "tiles");
    ck_operand list[CK_OPERANDS];
    extent extents[CK_OPERANDS];
    const int32_t count = ck_op_operands(list, op, parts ? plan->header.batch : plan->header.tile);
    plan->ready[i].op = op, plan->ready[i].operands = count;
    for (int32_t k = 0; k < count; k++) {
        const ck_status status = check_operand(c, i, k, &list[k], parts, &extents[k]);
        if (status != CK_OK) return status;
        if (is_shared(&extents[k], parts)) c->extents[c->extent_count++] = extents[k];
    }
    for (int32_t k = count; k < CK_OPERANDS; k++)
        if (op->at[k])
            return ck_fail_op(plan, i, CK_ERROR_PLAN, "operands: expected %d of them, found place %d in use", count, k);
    const ck_status status = check_apart(c, i, list, extents, count);
    return status == CK_OK ? check_order(c, i, list, extents, count) : status;
}

static ck_status check_all(checker *c) {
    const ck_plan *plan = c->plan;
    for (c->segment = 0; c->segment < plan->header.segments; c->segment++) {
        const ck_segment *s = &plan->segments[c->segment];
        c->extent_count = 0;
        c->spaces[CK_TILE].count = 0; /* of another tile, by now */
        ck_status status = CK_OK;
        for (uint32_t i = s->first; status == CK_OK && i < s->first + s->count; i++) status = check_op(c, i);
        if (status == CK_OK) status = check_segment(c);
        if (status != CK_OK) return status;
    }
    return CK_OK;
}

/* A plan asks for the memory that it uses, and no more: what is asked for by mistake, or by malice, would be allocated. */
static ck_status check_sizes(const checker *c) {
    const uint8_t spaces[] = {CK_STATE, CK_SHARED, CK_LANE, CK_BATCH, CK_TILE};
    for (size_t i = 0; i < sizeof spaces; i++) {
        const uint64_t used = (uint64_t)ck_round_up((int64_t)c->used[spaces[i]], 64),
                       asked = space_bytes(&c->plan->header, (ck_space)spaces[i]);
        if (used != asked)
            return ck_fail(CK_ERROR_PLAN,
                           "ck_plan_create: header: bytes of %s: expected %llu, which its operations use, found %llu",
                           space_names[spaces[i]], (unsigned long long)used, (unsigned long long)asked);
    }
    return CK_OK;
}

ck_status ck_check_places(ck_plan *plan) {
    const size_t most = (size_t)plan->header.ops * CK_OPERANDS;
    const uint8_t followed[] = {CK_GRADIENTS, CK_SHARED, CK_LANE, CK_BATCH, CK_TILE};
    enum { FOLLOWED = sizeof followed };
    checker c = {.plan = plan};
    char *memory = ck_allocate(most * (sizeof(extent) + FOLLOWED * sizeof(written)));
    if (!memory) return ck_fail(CK_ERROR_MEMORY, "ck_plan_create: no memory");
    c.extents = (extent *)(void *)memory;
    written *items = (written *)(void *)(memory + most * sizeof(extent));
    for (size_t i = 0; i < FOLLOWED; i++) c.spaces[followed[i]].items = items + i * most;
    const ck_status status = check_all(&c);
    ck_free(memory);
    return status == CK_OK ? check_sizes(&c) : status;
}

/* draft_memory.c - places for buffers. What lives only within one segment of tiles lies in the tile, which stays in a
 * core's cache; what crosses a meeting is kept for the whole batch. Buffers that are not needed at the same time share
 * a place. */
#include <stdlib.h>

#include "draft.h"

/* The first and last operation of each buffer, and whether it is needed in more than one segment, or by all threads. */
static void find_lives(ck_draft *d, const ck_draft_op *ops, const ck_segment *segments, int32_t segment_count) {
    for (int32_t s = 0; s < segment_count; s++)
        for (uint32_t i = segments[s].first; i < segments[s].first + segments[s].count; i++)
            for (int32_t k = 0; k < CK_OPERANDS; k++) {
                if (ops[i].buffers[k] < 0) continue;
                ck_buffer *b = &d->buffers[ops[i].buffers[k]];
                const bool elsewhere = b->first_op >= 0 && (uint32_t)b->first_op < segments[s].first;
                if (b->space == CK_TILE && !b->work && (segments[s].kind == CK_PARTS || elsewhere)) b->space = CK_BATCH;
                if (b->first_op < 0) b->first_op = (int32_t)i;
                b->last_op = (int32_t)i;
            }
}

/* In the batch, threads are at different operations of a segment: there a buffer lives for whole segments. */
static void widen_lives(ck_draft *d, const ck_segment *segments, int32_t segment_count) {
    for (int32_t i = 0; i < d->buffer_count; i++) {
        ck_buffer *b = &d->buffers[i];
        if (b->space != CK_BATCH) continue;
        for (int32_t s = 0; s < segment_count; s++) {
            const int32_t first = (int32_t)segments[s].first,
                          last = (int32_t)(segments[s].first + segments[s].count - 1);
            if (b->first_op > first && b->first_op <= last) b->first_op = first;
            if (b->last_op >= first && b->last_op < last) b->last_op = last;
        }
    }
}

static int64_t bytes_of(const ck_draft *d, const ck_buffer *b) {
    const int64_t images = b->work ? 1 : b->space == CK_BATCH ? d->batch : b->space == CK_TILE ? d->tile : 1;
    return ck_round_up(b->amount * images, 64);
}

/* The lowest gap between those that live at the same time. Buffers come in the order in which they are first used. */
static uint64_t lowest_gap(const ck_draft *d, ck_buffer *const *alive, int32_t count, uint64_t bytes) {
    uint64_t at = 0;
    for (int32_t i = 0; i < count; i++) { /* in order of offsets */
        if (at + bytes <= alive[i]->offset) break;
        const uint64_t end = alive[i]->offset + (uint64_t)bytes_of(d, alive[i]);
        if (end > at) at = end;
    }
    return at;
}

static int by_first_use(const void *a, const void *b) {
    const ck_buffer *p = *(ck_buffer *const *)a, *q = *(ck_buffer *const *)b;
    if (p->first_op != q->first_op) return p->first_op < q->first_op ? -1 : 1;
    return p < q ? -1 : p > q;
}

/* All buffers of a space that can be shared; `room` holds twice as many pointers as there are buffers. */
static uint64_t place_shared(ck_draft *d, ck_space space, ck_buffer **room) {
    ck_buffer **order = room, **alive = room + d->buffer_count;
    int32_t count = 0, living = 0;
    uint64_t most = 0;
    for (int32_t i = 0; i < d->buffer_count; i++)
        if (d->buffers[i].space == space && d->buffers[i].first_op >= 0) order[count++] = &d->buffers[i];
    qsort(order, (size_t)count, sizeof *order, by_first_use);
    for (int32_t i = 0; i < count; i++) {
        ck_buffer *b = order[i];
        int32_t still = 0;
        for (int32_t j = 0; j < living; j++)
            if (alive[j]->last_op >= b->first_op) alive[still++] = alive[j];
        living = still;
        b->offset = lowest_gap(d, alive, living, (uint64_t)bytes_of(d, b));
        int32_t at = living++;
        for (; at > 0 && alive[at - 1]->offset > b->offset; at--) alive[at] = alive[at - 1];
        alive[at] = b;
        if (b->offset + (uint64_t)bytes_of(d, b) > most) most = b->offset + (uint64_t)bytes_of(d, b);
    }
    return most;
}

/* One behind the other: what must stay. */
static uint64_t place_apart(ck_draft *d, ck_space space) {
    uint64_t offset = 0;
    for (int32_t i = 0; i < d->buffer_count; i++) {
        ck_buffer *b = &d->buffers[i];
        if (b->space != space || b->first_op < 0) continue;
        b->offset = offset;
        offset += (uint64_t)bytes_of(d, b);
    }
    return offset;
}

bool ck_draft_place(ck_draft *d, ck_draft_op *ops, int32_t count, const ck_segment *segments, int32_t segment_count) {
    ck_buffer **room = ck_allocate(sizeof *room * 2 * (size_t)ck_max(1, d->buffer_count));
    if (!room) return false;
    find_lives(d, ops, segments, segment_count);
    widen_lives(d, segments, segment_count);
    d->tile_bytes = place_shared(d, CK_TILE, room), d->batch_bytes = place_shared(d, CK_BATCH, room);
    d->lane_bytes = place_apart(d, CK_LANE), d->shared_bytes = place_apart(d, CK_SHARED);
    ck_free(room);
    for (int32_t i = 0; i < count; i++)
        for (int32_t k = 0; k < CK_OPERANDS; k++)
            if (ops[i].buffers[k] >= 0)
                ops[i].op.at[k] = ck_at_make(d->buffers[ops[i].buffers[k]].space, d->buffers[ops[i].buffers[k]].offset);
    return true;
}

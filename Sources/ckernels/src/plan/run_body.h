/* run_body.h - runs a checked plan whose numbers are stored as CK_REAL. run.c has it for float; tests compile it for
 * double, on the plain kernels, to check gradients.
 *
 *   CK_REAL           how numbers are stored
 *   CK_TABLE          the type of the table of kernels for it
 *   CK_RUN(f)         the name of a function here
 *   CK_BATCH_NORM(f)  ck_batch_norm_<f> for CK_REAL
 */
#include "run.h"

/* Plans count bytes of floats. Where numbers are larger, so are all offsets. */
enum { CK_RUN(scale) = sizeof(CK_REAL) / sizeof(float) };

/* What a thread knows while it runs: where each space begins, and which images and lane are at hand. */
typedef struct CK_RUN(worker) {
    const ck_plan *plan;
    const ck_run *run;
    const CK_TABLE *kernels;
    const ck_normalisers *normalisers;
    ck_faults *faults;
    char *spaces[CK_ARRAY];
    int32_t thread, threads;
    int32_t lane;
    int32_t first, count; /* images at hand; in a segment of PARTS the whole batch */
    int32_t tile_first;   /* image that the tile begins with */
} CK_RUN(worker);

/* Where operand `i` of an operation lies for the images at hand; NULL if it was left out. */
static inline void *CK_RUN(at)(const CK_RUN(worker) *w, const ck_ready *r, int32_t i) {
    const ck_located *a = &r->at[i];
    if (a->space == CK_NOWHERE) return NULL;
    const int32_t image = a->space == CK_TILE ? w->first - w->tile_first : w->first;
    return w->spaces[a->space] + CK_RUN(scale) *a->offset +
           (a->winners ? 1 : CK_RUN(scale)) * a->stride * (size_t)image;
}

/* The same operand of another lane. */
static inline void *CK_RUN(at_lane)(const CK_RUN(worker) *w, const ck_ready *r, int32_t i, int32_t lane) {
    const size_t lane_bytes = CK_RUN(scale) * (size_t)w->plan->header.lane_bytes;
    return (char *)CK_RUN(at)(w, r, i) + ((ptrdiff_t)lane - w->lane) * (ptrdiff_t)lane_bytes;
}

/* An operand that adds to a gradient starts from zero where it is the first to do so. */
static inline bool CK_RUN(starts_anew)(const CK_RUN(worker) *w, const ck_ready *r, int32_t i) {
    return r->at[i].clears && !w->run->step.accumulate;
}

static inline ck_random CK_RUN(key)(const CK_RUN(worker) *w, const ck_op *op, ck_random_domain domain, int64_t item) {
    const ck_step *s = &w->run->step;
    return (ck_random){s->seed, s->update, ck_random_stream(domain, (uint32_t)op->layer, s->micro_step),
                       (uint32_t)item};
}

#include "run_input_body.h"
#include "run_loss_body.h"
#include "run_tiles_body.h"
#include "run_parts_body.h"
#include "run_faults_body.h"

static inline void CK_RUN(time)(const CK_RUN(worker) *w, size_t op, double since) {
    w->run->seconds[(size_t)w->thread * w->plan->header.ops + op] += ck_now() - since;
}

/* ------------------------------------------------------------------- segments */

/* The first image of a lane, or of a thread's share where there are no lanes. */
static inline int32_t CK_RUN(cut)(const CK_RUN(worker) *w, int64_t cuts, int64_t i) {
    return (int32_t)(w->run->images * i / cuts);
}

/* Makes a lane the one at hand. */
static inline void CK_RUN(enter_lane)(CK_RUN(worker) *w, char *lanes, int32_t lane) {
    w->lane = lane;
    w->spaces[CK_LANE] = lanes + CK_RUN(scale) * (size_t)lane * (size_t)w->plan->header.lane_bytes;
}

/* An operation on sums, for the images of the tile: those of each lane by themselves. The tile begins in lane `lane`.
 */
static void CK_RUN(tile_op_by_lanes)(CK_RUN(worker) *w, const ck_ready *r, char *lanes, int32_t lane) {
    const int32_t first = w->first, count = w->count, end = first + count;
    for (; w->first < end; lane++) {
        w->count = (int32_t)ck_min(end, CK_RUN(cut)(w, w->plan->header.lanes, lane + 1)) - w->first;
        CK_RUN(enter_lane)(w, lanes, lane);
        CK_RUN(tile_op)(w, r);
        w->first += w->count;
    }
    w->first = first, w->count = count;
}

/* All operations of the segment over a tile, then over the next. A tile may span lanes: what is not summed does not ask
 * for them. It ends where the thread's images end, or at a multiple of its size, so that sums are formed in the same
 * groups whatever the number of threads. */
static void CK_RUN(images)(CK_RUN(worker) *w, const ck_segment *segment, int32_t first, int32_t end, char *lanes,
                           int32_t lane) {
    const ck_plan_header *h = &w->plan->header;
    for (w->first = first; w->first < end; w->first += w->count) {
        w->tile_first = w->first, w->count = (int32_t)ck_min(h->tile - w->first % h->tile, end - w->first);
        while (h->lane_bytes && CK_RUN(cut)(w, h->lanes, lane + 1) <= w->first) lane++;
        for (size_t i = segment->first; i < (size_t)segment->first + segment->count; i++) {
            const double since = w->run->seconds ? ck_now() : 0;
            if (w->plan->ready[i].by_lanes) CK_RUN(tile_op_by_lanes)(w, &w->plan->ready[i], lanes, lane);
            else CK_RUN(tile_op)(w, &w->plan->ready[i]);
            if (w->run->seconds) CK_RUN(time)(w, i, since);
            if (w->run->flags & CK_FIND_FAULT) CK_RUN(find_fault)(w, i, w->first);
        }
    }
}

/* Threads share out the lanes; where nothing is summed in lanes, the images as they come. */
static void CK_RUN(tiles)(CK_RUN(worker) *w, const ck_segment *segment, bool clears) {
    const ck_plan_header *h = &w->plan->header;
    const int64_t cuts = h->lane_bytes ? h->lanes : w->threads, first = cuts * w->thread / w->threads,
                  end = cuts * (w->thread + 1) / w->threads;
    const size_t lane_bytes = CK_RUN(scale) * (size_t)h->lane_bytes;
    char *const lanes = w->spaces[CK_LANE];
    if (clears) memset(lanes + (size_t)first * lane_bytes, 0, (size_t)(end - first) * lane_bytes);
    CK_RUN(images)(w, segment, CK_RUN(cut)(w, cuts, first), CK_RUN(cut)(w, cuts, end), lanes, (int32_t)first);
    CK_RUN(enter_lane)(w, lanes, 0);
}

/* Where parts come out even, or nearly, each operation is cut by itself, in every segment at the same places: what a thread wrote in
 * one it reads in the next from its own cache. */
static inline bool CK_RUN(is_cut_evenly)(const CK_RUN(worker) *w, const ck_ready *r) {
    return r->units % w->threads == 0 || r->units >= 4 * w->threads;
}

/* The parts of all other operations, laid end to end by what they cost, are cut into one share per thread. */
static void CK_RUN(parts)(CK_RUN(worker) *w, const ck_segment *segment) {
    const ck_ready *ready = w->plan->ready + segment->first;
    double total = 0, before = 0;
    for (uint32_t i = 0; i < segment->count; i++)
        if (!CK_RUN(is_cut_evenly)(w, &ready[i])) total += ck_ready_cost(&ready[i], w->run->images);
    const double from = total * w->thread / w->threads, to = total * (w->thread + 1) / w->threads;
    w->first = 0, w->count = w->run->images;
    for (uint32_t i = 0; i < segment->count; i++) {
        const int64_t units = ready[i].units;
        int32_t first = (int32_t)(units * w->thread / w->threads), end = (int32_t)(units * (w->thread + 1) / w->threads);
        if (!CK_RUN(is_cut_evenly)(w, &ready[i])) {
            const double cost = ck_ready_cost(&ready[i], w->run->images);
            first = ck_unit_at(from, before, cost, ready[i].units);
            end = w->thread + 1 == w->threads ? ready[i].units : ck_unit_at(to, before, cost, ready[i].units);
            before += cost;
        }
        if (first >= end) continue;
        const double since = w->run->seconds ? ck_now() : 0;
        CK_RUN(part_op)(w, &ready[i], first, end - first);
        if (w->run->seconds) CK_RUN(time)(w, segment->first + i, since);
    }
}

/* ---------------------------------------------------------------------- a call */

/* What a loss is over the batch: the sums of the lanes, in their order. */
static ck_loss CK_RUN(loss_of)(const ck_plan *plan, const ck_run *run, const ck_ready *r) {
    const char *part = (const char *)run->arena + CK_RUN(scale) * ((size_t)plan->header.batch_bytes + r->at[0].offset);
    ck_loss total = {0, 0};
    for (int32_t l = 0; l < plan->header.lanes; l++, part += CK_RUN(scale) * (size_t)plan->header.lane_bytes) {
        const ck_loss *loss = (const ck_loss *)(const void *)part;
        total.sum += loss->sum, total.weight += loss->weight;
    }
    return total;
}

/* Found by each thread for itself. */
static bool CK_RUN(losses_are_numbers)(const CK_RUN(worker) *w) {
    for (uint32_t i = 0; i < w->plan->header.ops; i++) {
        const ck_ready *r = &w->plan->ready[i];
        if (ck_op_reports(r->op->code) && !isfinite(CK_RUN(loss_of)(w->plan, w->run, r).sum)) return false;
    }
    return true;
}

static void CK_RUN(work)(CK_RUN(worker) *w) {
    const ck_plan *plan = w->plan;
    const ck_run *run = w->run;
    const ck_plan_header *h = &plan->header;
    char *const arena = run->arena, *const lanes = arena + CK_RUN(scale) * (size_t)h->batch_bytes;
    w->spaces[CK_NOWHERE] = NULL;
    w->spaces[CK_PARAMETERS] = (char *)run->parameters, w->spaces[CK_GRADIENTS] = (char *)run->gradients;
    w->spaces[CK_STATE] = (char *)run->state, w->spaces[CK_SHARED] = run->shared;
    w->spaces[CK_BATCH] = arena, w->spaces[CK_LANE] = lanes;
    w->spaces[CK_TILE] =
        lanes + CK_RUN(scale) * ((size_t)h->lanes * (size_t)h->lane_bytes + (size_t)w->thread * (size_t)h->tile_bytes);
    bool met = true, updates = !(run->phases & CK_COMPUTE);
    for (uint32_t i = 0; i < h->segments; i++) {
        const ck_segment *segment = &plan->segments[i];
        if (!(segment->phase & run->phases)) continue;
        if (!met) ck_meet(w->threads);
        met = false;
        if (segment->phase == CK_UPDATE && !updates) {
            if (!CK_RUN(losses_are_numbers)(w)) return;
            updates = true;
        }
        if (segment->kind == CK_TILES) CK_RUN(tiles)(w, segment, (int32_t)i == plan->clearing_segment);
        else CK_RUN(parts)(w, segment);
        if (segment->kind == CK_PARTS && run->flags & CK_FIND_FAULT) {
            ck_meet(w->threads);
            if (w->thread == 0) CK_RUN(find_faults_of_parts)(w, segment);
        }
    }
}

/* The team may turn out smaller than asked for. */
static CK_OUT_OF_LINE void CK_RUN(team)(const CK_RUN(worker) *model, CK_UNUSED int32_t threads) {
#pragma omp parallel num_threads(threads)
    {
        CK_RUN(worker) w = *model;
        ck_team(&w.thread, &w.threads);
        CK_RUN(work)(&w);
    }
}

/* One parallel region, or none for one thread. */
static void CK_RUN(region)(const ck_plan *plan, const ck_run *run, const CK_TABLE *kernels, int32_t threads,
                           const ck_normalisers *normalisers, ck_faults *faults) {
    CK_RUN(worker) w = {
        .plan = plan, .run = run, .kernels = kernels, .normalisers = normalisers, .faults = faults, .threads = 1};
    if (threads > 1) CK_RUN(team)(&w, threads);
    else CK_RUN(work)(&w);
}

/* The reports: what the lanes summed. */
static void CK_RUN(report)(const ck_plan *plan, ck_run *run) {
    for (uint32_t i = 0; i < plan->header.ops; i++)
        if (ck_op_reports(plan->ready[i].op->code)) run->reports[plan->ready[i].op->layer] = CK_RUN(loss_of)(plan, run, &plan->ready[i]);
}

static ck_status CK_RUN(run)(const ck_plan *plan, ck_run *run, const CK_TABLE *kernels) {
    ck_normalisers normalisers;
    ck_faults faults = {UINT64_MAX};
    const ck_status status = ck_check_run(plan, run, CK_RUN(scale), &normalisers);
    if (status != CK_OK) return status;
    const int32_t threads = ck_run_threads(plan, run, CK_RUN(scale));
    CK_RUN(region)(plan, run, kernels, threads, &normalisers, &faults);
    if (run->phases & CK_COMPUTE) CK_RUN(report)(plan, run);
    const uint64_t fault = faults.first; /* none: -1 and -1 */
    run->fault = (ck_fault){(int32_t)(fault >> 32), (int32_t)(uint32_t)fault};
    return CK_OK;
}

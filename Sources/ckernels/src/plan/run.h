/* run.h - the parts of running a plan that do not depend on how numbers are stored. */
#ifndef CK_PLAN_RUN_H
#define CK_PLAN_RUN_H

#include "plan.h"

/* The weight of each loss over the whole batch: known from labels alone, before anything runs. */
typedef struct ck_normalisers {
    double weight[CK_REPORTS];
} ck_normalisers;

/* The first operation that wrote a number that is none, as far as found: its number in the upper half, the image in the
 * lower; the least wins, whichever thread comes first. */
typedef struct ck_faults {
    _Atomic uint64_t first;
} ck_faults;

/* Checks a call whose numbers are `scale` times the size of a float, and counts the weights of its losses. */
ck_status ck_check_run(const ck_plan *plan, const ck_run *run, size_t scale, ck_normalisers *normalisers);

/* How many threads a checked call takes. */
int32_t ck_run_threads(const ck_plan *plan, const ck_run *run, size_t scale);

/* All threads of the call meet. */
void ck_meet(int32_t threads);
/* Which thread of how many the caller is. */
void ck_team(int32_t *thread, int32_t *threads);
/* Seconds on a clock that only goes forward. */
double ck_now(void);
/* Keeps the earlier of the fault known and this one; any thread. */
void ck_note_fault(ck_faults *faults, int32_t op, int32_t image);

static inline double ck_ready_cost(const ck_ready *r, int32_t images) { return r->cost + r->cost_per_image * images; }

/* The first part of an operation, which costs `cost` and lies behind `before`, that begins at or behind `place`. */
static inline int32_t ck_unit_at(double place, double before, double cost, int32_t units) {
    if (place <= before) return 0;
    if (place >= before + cost) return units;
    const int32_t unit = (int32_t)((place - before) / cost * units + 0.5);
    return unit < units ? unit : units;
}

#endif

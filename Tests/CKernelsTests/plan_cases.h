/* plan_cases.h - whole networks to test: descriptions, data, buffers, and two ways to run them that are not the plan's
 * own.
 *
 *   compose()     the network node by node, the whole batch at a time, on the plain kernels in double: no plan, no
 * fusion, no tiles, no shared memory. What a plan's numbers are compared with. run_double()  the executor itself,
 * compiled for double on the plain kernels: what gradients of whole plans are checked on.
 */
#ifndef PLAN_CASES_H
#define PLAN_CASES_H

#include "ck_network.h"
#include "harness.h"
#include "network/network.h"
#include "plan/plan.h"

typedef struct plan_net {
    const char *name;
    void (*build)(ck_network *net);
    bool rough; /* has places where its derivative jumps often (many winners, absolute values): not for differences */
} plan_net;

extern const plan_net plan_nets[];
extern const int32_t plan_net_count;
const plan_net *plan_net_named(const char *name);

enum { DATA_ITEMS = 40, LARGEST_BATCH = 24 };

/* A described network and data for all of its arrays; indices name images in any order, some twice. */
typedef struct plan_case {
    const plan_net *net;
    ck_network *network;
    void *arrays[CK_ARRAYS];
    int64_t indices[DATA_ITEMS];
    float *parameters; /* as they begin, with everything made a little random: biases and norms too */
    bool integers;     /* plans are brought through in_integers() */
} plan_case;

/* Begins a case; gives back the network of the case before. */
plan_case begin_plan(const plan_net *net, const char *what, ...) __attribute__((format(printf, 2, 3)));
void end_plan(plan_case *c);

/* Turns the layers of a plan for prediction into their form in integers, where they have one (plan_integers.c); how many. */
int32_t in_integers(void *plan);

/* A plan with buffers of its own, exactly as large as it says, against unmapped pages; parameters copied from the case.
 */
typedef struct plan_run {
    ck_plan *plan;
    ck_plan_sizes sizes;
    ck_run run;
} plan_run;

/* NULL kernels: the fastest. A plan that cannot be made fails the test, and `plan` is NULL. */
plan_run make_run(const plan_case *c, const ck_plan_options *options, const ck_kernels *kernels, int32_t threads);
void free_run(plan_run *r);
/* The plan of the options, from its bytes; NULL after a failure of the test. */
ck_plan *make_plan(const plan_case *c, const ck_plan_options *options);
/* Sets batch and counters: step `number` of a training. */
void set_step(const plan_case *c, plan_run *r, int32_t number, int32_t images);
/* One call of these phases, which must succeed. */
void run_phases(plan_run *r, uint32_t phases);
void expect_ok(ck_status status, const char *what);

/* The whole state of two runs: parameters, gradients, state, reports. */
void expect_same_state(const char *what, const plan_run *a, const plan_run *b);

/* ----------------------------------------------------------------- compositions */

typedef struct composed {
    double *gradients;          /* as the parameters, in double; running statistics: their new values */
    double *results[CK_ARRAYS]; /* of the result arrays */
    double sums[CK_REPORTS], weights[CK_REPORTS];
} composed;

/* `parameters`: the block, in double. Buffers are the harness's. */
composed compose(const plan_case *c, const double *parameters, const ck_step *step, const int64_t *indices,
                 int32_t images, bool training);

/* ck_plan_run on numbers of twice the size: all blocks hold doubles. */
ck_status run_double(const ck_plan *plan, ck_run *run);

#endif

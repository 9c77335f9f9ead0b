/* run64.c - the executor for numbers in double, on the plain kernels. The same source as the library's own. */
#include "plan_cases.h"

#define CK_REAL double
#define CK_BATCH_NORM(f) batch_norm64_##f
#include "batch_norm_body.h"
#define CK_TABLE kernels64
#define CK_RUN(f) run64_##f
#include "plan/run_body.h"

ck_status run_double(const ck_plan *plan, ck_run *run) { return run64_run(plan, run, &ref64); }

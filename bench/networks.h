/* networks.h - the whole networks that are measured, as in the accounts of digit recognition, with all that a run
 * wants. */
#ifndef BENCH_NETWORKS_H
#define BENCH_NETWORKS_H

#include <stdbool.h>

#include "ck_network.h"
#include "pictures.h"

typedef struct bench_net {
    const char *name;
    int32_t side; /* of the pictures */
    /* Gives the logits. *products: multiply-adds of one image forward; *first: of the first layer, which has no
     * gradient by its input. */
    int32_t (*build)(ck_network *n, int32_t x, double *products, double *first);
    ck_optimiser optimiser;
    float momentum; /* of CK_SGD */
    bool augmented; /* affine, elastic displacement and noise */
} bench_net;

enum { BENCH_NETS = 6 };
extern const bench_net bench_nets[BENCH_NETS];

/* A plan of one, and a run with its memory. Arrays: pictures, labels, logits. */
typedef struct bench_planned {
    ck_network *network;
    ck_plan *plan;
    ck_run run;
    pictures data;
    bool trains;
    int64_t at; /* the next batch begins here */
    double products, first;
} bench_planned;

/* What is usual for a network: its optimiser, dense gradients used at once. */
ck_plan_options bench_plan_options(const bench_net *net, bool trains, int32_t batch);

/* In memory of the case (bench_release); the plan and the network end with bench_plan_end. Stops the program on an
 * error. */
bench_planned *bench_plan_make(const bench_net *net, const ck_kernels *k, const ck_plan_options *options);
void bench_plan_end(bench_planned *p);

/* The next batch: of the pictures in random order when training, in their own when predicting. Their places are in
 * run.indices. */
void bench_plan_run(bench_planned *p, int threads);

#endif

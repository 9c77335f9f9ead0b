/* accuracy.c - what a network reaches with one algorithm of convolutions or another: whether Winograd's, whose sums
 * round differently, costs anything. Trained on MNIST's training set for a number of passes fixed beforehand, tested
 * once. */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "networks.h"

enum { SEEDS = 3, PASSES = 3, BATCH = 64, TEST_BATCH = 250, CLASSES = 10 };

static bool is_right(const float *logits, int32_t label) {
    int32_t best = 0;
    for (int32_t c = 1; c < CLASSES; c++)
        if (logits[c] > logits[best]) best = c;
    return best == label;
}

/* Percent of the test pictures that a plan for prediction gets right. */
static double tested(bench_planned *p, int threads) {
    int64_t right = 0;
    p->run.phases = CK_PREPARE | CK_COMPUTE;
    p->at = 0;
    for (int32_t first = 0; first + p->run.images <= p->data.count; first += p->run.images) {
        bench_plan_run(p, threads);
        for (int32_t i = 0; i < p->run.images; i++)
            right += is_right((const float *)p->run.arrays[2].data + i * CLASSES, p->data.labels[p->run.indices[i]]);
    }
    return 100.0 * (double)right / (double)(p->data.count / p->run.images * p->run.images);
}

static double trained(const bench_net *net, int32_t algorithm, int seed) {
    options.algorithm = algorithm;
    ck_plan_options learning = bench_plan_options(net, true, BATCH),
                    testing = bench_plan_options(net, false, TEST_BATCH);
    bench_planned *p = bench_plan_make(net, ck_kernels_get(NULL), &learning);
    bench_planned *test = bench_plan_make(net, ck_kernels_get(NULL), &testing);
    test->data = bench_test_pictures(net->side);
    test->run.arrays[0].data = test->data.bytes, test->run.arrays[1].data = test->data.labels;
    for (int i = 0; i < 2; i++) test->run.arrays[i].items = test->data.count;
    test->run.parameters = p->run.parameters;
    ck_network_initialise(p->network, p->run.parameters, (uint64_t)seed);
    for (int32_t step = 0; step < PASSES * (p->data.count / BATCH); step++) bench_plan_run(p, options.threads);
    const double percent = tested(test, options.threads);
    bench_plan_end(p), bench_plan_end(test);
    bench_release();
    return percent;
}

void bench_accuracy(void) {
    static const int32_t algorithms[] = {CK_CONV_AUTO, CK_CONV_DIRECT};
    const bench_net *net = &bench_nets[1];
    printf("%s, %d passes over MNIST's training set, percent right of its test set, by seed\n", net->name, PASSES);
    for (int a = 0; a < 2; a++) {
        double sum = 0;
        printf("  %-7s", algorithms[a] == CK_CONV_AUTO ? "usual" : "direct");
        for (int seed = 1; seed <= SEEDS; seed++) {
            const double percent = trained(net, algorithms[a], seed);
            printf("  %6.2f", percent);
            fflush(stdout);
            sum += percent;
        }
        printf("   mean %6.2f\n", sum / SEEDS);
    }
}

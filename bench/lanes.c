/* lanes.c - what the number of lanes and the size of tiles do to the speed of training. */
#include <stdio.h>

#include "bench.h"
#include "networks.h"

typedef struct turn {
    bench_planned *p;
    int threads;
} turn;
static void turn_body(void *context, int thread, int64_t repetitions) {
    (void)thread;
    const turn *t = context;
    for (int64_t i = 0; i < repetitions; i++) bench_plan_run(t->p, t->threads);
}

/* All tiles of one number of lanes take turns; the default stands in every round, and rates are given as parts of its.
 */
static void lanes_and_tiles(const bench_net *net, int32_t batch) {
    static const int32_t lanes[] = {2, 4, 8, 16}, tiles[] = {2, 4, 8, 16, 32};
    enum { LANES = 4, TILES = 5 };
    printf("\n%s, training, batch %d, %d threads: thousands of images per second (and of the default of one lane per 8 "
           "images)\n%-8s",
           net->name, (int)batch, options.threads, "lanes");
    for (int t = 0; t < TILES; t++) printf("   tile %-8d", (int)tiles[t]);
    printf("\n");
    for (int l = 0; l < LANES; l++) {
        bench_series series[TILES + 1];
        turn turns[TILES + 1];
        int count = 0;
        for (int t = 0; t <= TILES; t++) {
            ck_plan_options plan_options = bench_plan_options(net, true, batch);
            if (t > 0) plan_options.lanes = lanes[l], plan_options.tile = tiles[t - 1];
            turns[count] = (turn){bench_plan_make(net, ck_kernels_get(NULL), &plan_options), options.threads};
            series[count] =
                (bench_series){.body = turn_body, .context = &turns[count], .threads = options.threads, .whole = true};
            count++;
        }
        bench_alternate(series, count, 0);
        printf("%-8d", (int)lanes[l]);
        for (int i = 1; i < count; i++)
            printf(" %7.1f (%.2f)", 1e-3 * batch / bench_summary(series[i].seconds, series[i].windows).median,
                   bench_paired_ratio(&series[0], &series[i]));
        printf("\n");
        fflush(stdout);
        for (int i = 0; i < count; i++) bench_plan_end(turns[i].p);
        bench_release();
    }
}

void bench_lanes(void) {
    lanes_and_tiles(&bench_nets[0], 128);
    lanes_and_tiles(&bench_nets[1], 64);
}

/* main.c - options, and the order of things: the machine's limits first, then every kernel of kernels.def. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

bench_options options = {.windows = 15, .window = 2e-3, .compare = true};

static const struct {
    const char *family, *name;
    bench_kernel *run;
} kernels[] = {
#define CK_KERNEL(family, name, parameters) {#family, #name, bench_##name},
#include "kernels.def"
#undef CK_KERNEL
};
enum { KERNELS = sizeof kernels / sizeof *kernels };

static const char usage[] =
    "Usage: scripts/bench [options]\n"
    "Measures peak rate and memory bandwidth of this machine, then every kernel of ckernels and whole networks.\n"
    "\n"
    "  --filter TEXT     only rows in whose kernel, shape and instruction set every word of TEXT occurs\n"
    "  --isa NAME        one instruction set (ref, base, avx2, avx512, neon); default: all but ref\n"
    "  --best            the widest instruction set alone\n"
    "  --threads N       rows for 1 and N threads; default: all cores; 1: no second row\n"
    "  --quick           fewer and shorter windows: rough figures in a tenth of the time\n"
    "  --algorithm NAME  of convolutions: auto, plain, direct, winograd, sparse, few; default: auto\n"
    "  --images N        images per call of convolutions; default: a tile's worth\n"
    "  --mnist FOLDER    plans on these digits (IDX files, unpacked); default: on strokes drawn here\n"
    "  --times           of plans, the time by operation too\n"
    "  --lanes           nothing but a table of lanes and tile sizes\n"
    "  --accuracy        nothing but the accuracy that a network reaches with and without Winograd's algorithm (needs --mnist)\n"
    "  --no-others       do not compare with OpenBLAS and oneDNN\n"
    "  --json, --csv     for programs\n"
    "  --list            names of all rows, nothing is measured\n"
    "  --help\n"
    "\n"
    "bench/README.md explains the columns.\n";

static void wrong(const char *what, const char *value) {
    fprintf(stderr, "error: %s '%s'\n\n%s", what, value, usage);
    exit(2);
}

static int number(const char *name, const char *text, int least, int most) {
    char *end;
    const long v = strtol(text, &end, 10);
    if (*end || !*text || v < least || v > most) wrong(name, text);
    return (int)v;
}

static int algorithm(const char *name) {
    for (int i = CK_CONV_AUTO; i <= CK_CONV_WINOGRAD_FEW; i++)
        if (!strcmp(name, bench_algorithm_name(i))) return i;
    wrong("unknown algorithm", name);
    return 0;
}

static void parse(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        bool takes_value = true;
        if (!strcmp(a, "--filter")) options.filter = value;
        else if (!strcmp(a, "--isa")) options.isa = value;
        else if (!strcmp(a, "--mnist")) options.mnist = value;
        else if (!strcmp(a, "--threads")) options.threads = number("--threads takes 1 to 256, not", value, 1, BENCH_THREADS_MAX);
        else if (!strcmp(a, "--images")) options.images = number("--images takes 1 to 4096, not", value, 1, 4096);
        else if (!strcmp(a, "--algorithm")) options.algorithm = algorithm(value);
        else {
            takes_value = false;
            if (!strcmp(a, "--quick")) options.quick = true;
            else if (!strcmp(a, "--best")) options.isa = ck_kernels_isa(ck_kernels_get(NULL));
            else if (!strcmp(a, "--json")) options.json = true;
            else if (!strcmp(a, "--csv")) options.csv = true;
            else if (!strcmp(a, "--list")) options.list = true;
            else if (!strcmp(a, "--no-others")) options.compare = false;
            else if (!strcmp(a, "--times")) options.times = true;
            else if (!strcmp(a, "--lanes")) options.lanes = true;
            else if (!strcmp(a, "--accuracy")) options.accuracy = true;
            else if (!strcmp(a, "--help") || !strcmp(a, "-h")) fputs(usage, stdout), exit(0);
            else wrong("unknown option", a);
        }
        if (takes_value && ++i == argc) wrong("a value is missing behind", a);
    }
    if (options.isa && !ck_isa_available(options.isa)) wrong("this build or processor does not have instruction set", options.isa);
    if (options.quick) options.windows = 5, options.window = 1e-3;
    if (!options.threads) options.threads = ck_default_threads();
    if (!ck_has_openmp()) options.threads = 1;
    if (options.threads > BENCH_THREADS_MAX) options.threads = BENCH_THREADS_MAX;
}

static double measured_rate(bench_series *s, double amount) {
    bench_alternate(s, 1, 0);
    return 1e-9 * amount * s->threads / bench_summary(s->seconds, s->windows).median;
}

/* Reports the limits; returns the instruction set with the highest peak. */
static const char *measure_limits(void) {
    const int thread_counts[2] = {1, options.threads};
    const int counts = options.threads > 1 ? 2 : 1;
    const char *best = "base", *isa;
    double highest = 0;
    for (int i = 0; (isa = ck_isa_name(i)) != NULL; i++) {
        if (!ck_isa_available(isa) || !strcmp(isa, "ref")) continue;
        for (int t = 0; t < counts; t++) {
            bench_series s = bench_peak_series(isa, thread_counts[t]);
            const double gflops = measured_rate(&s, bench_peak_operations(isa));
            report_machine("peak", isa, thread_counts[t], gflops, "GFLOP/s");
            /* Equal peaks (512-bit operations split in two) count as the wider set's. */
            if (t == 0 && gflops > 0.97 * highest) highest = gflops > highest ? gflops : highest, best = isa;
        }
    }
    for (int place = 0; place < BENCH_PLACES; place++) {
        for (int pattern = BENCH_READ; pattern < BENCH_PATTERNS; pattern++) {
            for (int t = 0; t < counts; t++) {
                bench_series s = bench_bandwidth_series((bench_pattern)pattern, (bench_place)place, thread_counts[t]);
                const double rate = measured_rate(&s, bench_bandwidth_bytes((bench_pattern)pattern, (bench_place)place));
                char what[32];
                snprintf(what, sizeof what, "%s %s", bench_place_names[place], bench_pattern_names[pattern]);
                report_machine(what, ck_kernels_isa(ck_kernels_get(NULL)), thread_counts[t], rate, "GB/s");
            }
        }
    }
    return best;
}

static void run_kernels(const char *best) {
    const char *isa;
    for (int i = 0; i < KERNELS; i++) {
        for (int j = 0; (isa = ck_isa_name(j)) != NULL; j++) {
            if (options.isa ? strcmp(isa, options.isa) : !strcmp(isa, "ref") || !ck_isa_available(isa)) continue;
            const bench_run b = {ck_kernels_get(isa), kernels[i].name, best};
            kernels[i].run(&b);
            bench_release();
        }
    }
    for (int j = 0; (isa = ck_isa_name(j)) != NULL; j++)
        if (options.isa ? !strcmp(isa, options.isa) : strcmp(isa, "ref") && ck_isa_available(isa)) bench_plans(isa, best);
}

int main(int argc, char **argv) {
    /* OpenMP threads go to sleep 5 ms after their work instead of 200: see bench_measure. Read by LLVM's and by
     * Intel's OpenMP when the first parallel region starts; a value from outside stands. */
    setenv("KMP_BLOCKTIME", "5", 0);
    parse(argc, argv);
    const char *best = ck_kernels_isa(ck_kernels_get(NULL));
    if (options.list) {
        run_kernels(best);
        return 0;
    }
    if (options.compare) others_open();
    bench_bind_threads();
    if (options.lanes || options.accuracy) {
        if (options.accuracy && !options.mnist) wrong("--accuracy needs --mnist", "");
        if (options.lanes) bench_lanes();
        if (options.accuracy) bench_accuracy();
        return 0;
    }
    const bench_mark mark = bench_mark_now();
    report_begin(argc, argv, best);
    best = measure_limits();
    run_kernels(best);
    report_end(bench_now() - mark.wall, bench_other_cores(&mark));
    return 0;
}

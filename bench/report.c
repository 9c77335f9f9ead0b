/* report.c - rows as a table for people (default), or as CSV or JSON for programs. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static bool first_row = true, first_limit = true;

static void processor_name(char *name, size_t size) {
    snprintf(name, size, "unknown processor");
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (f && fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');
        if (colon && !strncmp(line, "model name", 10)) {
            snprintf(name, size, "%s", colon + 2);
            name[strcspn(name, "\n")] = 0;
            break;
        }
    }
    if (f) fclose(f);
}

static void compiler_name(char *name, size_t size) {
#if defined(__clang__)
    snprintf(name, size, "clang %d.%d.%d", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
    snprintf(name, size, "gcc %d.%d.%d", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
    snprintf(name, size, "unknown compiler");
#endif
}

void report_begin(int argc, char **argv, const char *best_isa) {
    char processor[128], compiler[64], date[32], command[512] = "scripts/bench";
    processor_name(processor, sizeof processor);
    compiler_name(compiler, sizeof compiler);
    const time_t now = time(NULL);
    struct tm day;
    gmtime_r(&now, &day);
    strftime(date, sizeof date, "%Y-%m-%d", &day);
    for (int i = 1; i < argc; i++) {
        const size_t used = strlen(command);
        snprintf(command + used, sizeof command - used, strchr(argv[i], ' ') ? " '%s'" : " %s", argv[i]);
    }
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (options.json) {
        printf("{\n  \"machine\": {\"processor\": \"%s\", \"cores\": %ld, \"best_isa\": \"%s\", \"compiler\": \"%s\", \"openmp\": %s,\n"
               "    \"version\": \"%s\", \"date\": \"%s\", \"threads\": %d, \"openblas\": \"%s\", \"onednn\": \"%s\"},\n  \"limits\": [",
               processor, cores, best_isa, compiler, ck_has_openmp() ? "true" : "false", ck_version(), date, options.threads,
               others_version(OTHER_OPENBLAS), others_version(OTHER_ONEDNN));
        return;
    }
    const char *lead = options.csv ? "# " : "";
    printf("%sckernels %s, %s, OpenMP %s\n", lead, ck_version(), compiler, ck_has_openmp() ? "yes" : "no");
    printf("%s%s, %ld cores, widest instruction set %s\n", lead, processor, cores, best_isa);
    printf("%s%s\n%s%s\n", lead, date, lead, command);
    for (int i = 0; i < OTHERS; i++) printf("%s%s: %s\n", lead, other_names[i], others_have(i) ? others_version(i) : "not installed");
    if (!options.csv) printf("\n");
}

void report_machine(const char *what, const char *isa, int threads, double value, const char *unit) {
    if (options.json) {
        printf("%s\n    {\"limit\": \"%s\", \"isa\": \"%s\", \"threads\": %d, \"value\": %.2f, \"unit\": \"%s\"}", first_limit ? "" : ",",
               what, isa, threads, value, unit);
    } else if (options.csv) {
        printf("# limit: %s %s, %d thread%s: %.1f %s\n", what, isa, threads, threads == 1 ? "" : "s", value, unit);
    } else {
        printf("%-18s %-8s %3d thread%c %9.1f %s\n", what, isa, threads, threads == 1 ? ' ' : 's', value, unit);
    }
    first_limit = false;
    fflush(stdout);
}

/* Empty for "not measured": a zero would be read as a result. */
static const char *field(char *text, size_t size, const char *format, double value) {
    if (value > 0) snprintf(text, size, format, value);
    else *text = 0;
    return text;
}
#define FIELD(format, value) field((char[32]){0}, 32, format, value)
#define PERCENT(a, b) ((b) > 0 ? 100 * (a) / (b) : 0)

static void json_field(const char *name, double value) {
    if (value > 0) printf(", \"%s\": %.4g", name, value);
}

static void json_row(const bench_row *r) {
    printf("%s\n    {\"kernel\": \"%s\", \"shape\": \"%s\", \"isa\": \"%s\", \"threads\": %d", first_row ? "\n  ],\n  \"rows\": [" : ",",
           r->kernel, r->shape, r->isa, r->threads);
    if (*r->algorithm) printf(", \"algorithm\": \"%s\"", r->algorithm);
    if (*r->place) printf(", \"place\": \"%s\"", r->place);
    json_field("median_us", 1e6 * r->time.median);
    json_field("deviation_us", 1e6 * r->time.deviation);
    json_field("least_us", 1e6 * r->time.least);
    json_field("most_us", 1e6 * r->time.most);
    json_field("gflops", r->gflops);
    json_field("percent_of_peak", PERCENT(r->gflops, r->peak_isa));
    json_field("percent_of_best_peak", PERCENT(r->gflops, r->peak_best));
    json_field("percent_of_peak_fastest", PERCENT(r->fastest, r->peak_fastest));
    json_field("gbytes", r->gbytes);
    json_field("percent_of_bandwidth", PERCENT(r->gbytes, r->bandwidth));
    json_field("images_per_second", r->images);
    json_field("scaling", r->scaling);
    json_field("over_openblas", r->ratio_openblas);
    json_field("over_onednn", r->ratio_onednn);
    printf(", \"other_cores\": %.2f}", r->other_cores);
}

static void csv_row(const bench_row *r) {
    if (first_row)
        printf("kernel,shape,isa,threads,algorithm,place,median_us,deviation_us,least_us,most_us,gflops,percent_of_peak,"
               "percent_of_best_peak,percent_of_peak_fastest,gbytes,percent_of_bandwidth,scaling,over_openblas,over_onednn,"
               "other_cores,images_per_second\n");
    printf("%s,%s,%s,%d,%s,%s,%.3f,%.3f,%.3f,%.3f,%s,%s,%s,%s,%s,%s,%s,%s,%s,%.2f,%s\n", r->kernel, r->shape, r->isa, r->threads,
           r->algorithm, r->place, 1e6 * r->time.median, 1e6 * r->time.deviation, 1e6 * r->time.least, 1e6 * r->time.most,
           FIELD("%.2f", r->gflops), FIELD("%.1f", PERCENT(r->gflops, r->peak_isa)),
           FIELD("%.1f", PERCENT(r->gflops, r->peak_best)), FIELD("%.1f", PERCENT(r->fastest, r->peak_fastest)),
           FIELD("%.2f", r->gbytes), FIELD("%.1f", PERCENT(r->gbytes, r->bandwidth)), FIELD("%.2f", r->scaling),
           FIELD("%.3f", r->ratio_openblas), FIELD("%.3f", r->ratio_onednn), r->other_cores, FIELD("%.0f", r->images));
}

static void table_row(const bench_row *r) {
    static char previous[64];
    if (strcmp(previous, r->kernel)) {
        snprintf(previous, sizeof previous, "%s", r->kernel);
        printf("\n%-34s %-6s %2s %-8s %10s %5s %8s %6s %6s %6s %7s %6s %5s %6s\n", r->kernel, "isa", "th", "how", "median us",
               "+-%", "GFLOP/s", "%peak", "%best", "%fast", "GB/s", "%band", "scale", "others");
    }
    printf("  %-32s %-6s %2d %-8s %10.2f %5.1f %8s %6s %6s %6s %7s %6s %5s %6.2f", r->shape, r->isa, r->threads,
           *r->place ? r->place : r->algorithm, 1e6 * r->time.median, PERCENT(r->time.deviation, r->time.median),
           FIELD("%.1f", r->gflops), FIELD("%.1f", PERCENT(r->gflops, r->peak_isa)),
           FIELD("%.1f", PERCENT(r->gflops, r->peak_best)), FIELD("%.1f", PERCENT(r->fastest, r->peak_fastest)),
           FIELD("%.1f", r->gbytes), FIELD("%.1f", PERCENT(r->gbytes, r->bandwidth)), FIELD("%.2f", r->scaling), r->other_cores);
    if (r->images > 0) printf("  %.0f images/s", r->images);
    if (r->ratio_openblas > 0) printf("  x%.2f OpenBLAS", r->ratio_openblas);
    if (r->ratio_onednn > 0) printf("  x%.2f oneDNN", r->ratio_onednn);
    printf("\n");
}

void report_row(const bench_row *r) {
    if (options.json) json_row(r);
    else if (options.csv) csv_row(r);
    else table_row(r);
    first_row = false;
    fflush(stdout);
}

void report_end(double seconds, double other_cores) {
    if (options.json)
        printf("%s\n  ],\n  \"seconds\": %.0f, \"other_cores\": %.2f\n}\n", first_row ? "\n  ],\n  \"rows\": [" : "", seconds, other_cores);
    else printf("%s%.0f seconds; other processes used %.2f cores meanwhile\n", options.csv ? "# " : "\n", seconds, other_cores);
}

/* dispatch.c - which instruction sets this build has, which this processor runs, and which one a caller gets. */
#include <stdlib.h>

#include "internal.h"

extern const ck_kernels ck_table_ref;
#if defined(__aarch64__)
extern const ck_kernels ck_table_neon;
#else
extern const ck_kernels ck_table_base;
#endif
#if defined(__x86_64__)
extern const ck_kernels ck_table_avx2, ck_table_avx512;
#endif

static bool always(void) { return true; }

#if defined(__x86_64__)
/* The compiler's check covers the operating system too: whether it saves the wide registers. */
static bool runs_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static bool runs_avx512(void) {
    return runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}
#endif

/* Slowest first: the best is the last one that runs. */
static const struct {
    const char *name;
    const ck_kernels *table;
    bool (*runs)(void);
} sets[] = {
    {"ref", &ck_table_ref, always},
#if defined(__aarch64__)
    {"neon", &ck_table_neon, always},
#else
    {"base", &ck_table_base, always},
#endif
#if defined(__x86_64__)
    {"avx2", &ck_table_avx2, runs_avx2},
    {"avx512", &ck_table_avx512, runs_avx512},
#endif
};
enum { SET_COUNT = sizeof sets / sizeof sets[0] };

/* The place of a name in `sets`, -1 if this build lacks it. */
static int find(const char *isa) {
#if defined(__aarch64__)
    if (strcmp(isa, "base") == 0) isa = "neon"; /* what every arm64 processor has */
#endif
    for (int i = 0; i < SET_COUNT; i++)
        if (strcmp(isa, sets[i].name) == 0) return i;
    return -1;
}

/* Explains a failure: the names that would have worked. */
static void refuse(const char *isa, bool from_environment) {
    char names[80] = "";
    for (int i = 0; i < SET_COUNT; i++) {
        if (!sets[i].runs()) continue;
        if (names[0] != '\0') strcat(names, ", ");
        strcat(names, sets[i].name);
    }
    ck_fail(CK_ERROR_ISA, "instruction set: expected one of %s, found \"%.40s\"%s, which this %s lacks", names, isa,
            from_environment ? " in CK_ISA" : "", find(isa) < 0 ? "build" : "processor");
}

const ck_kernels *ck_kernels_get(const char *isa) {
    const bool from_environment = isa == NULL;
    if (from_environment) isa = getenv("CK_ISA");
    if (from_environment && (isa == NULL || isa[0] == '\0')) {
        int best = SET_COUNT - 1;
        while (!sets[best].runs()) best--;
        return sets[best].table;
    }
    const int i = find(isa);
    if (i >= 0 && sets[i].runs()) return sets[i].table;
    refuse(isa, from_environment);
    return NULL;
}

const char *ck_isa_name(int32_t i) { return i >= 0 && i < SET_COUNT ? sets[i].name : NULL; }

int32_t ck_isa_available(const char *isa) {
    if (isa == NULL) return 0;
    const int i = find(isa);
    return i >= 0 && sets[i].runs();
}

const char *ck_kernels_isa(const ck_kernels *kernels) { return kernels == NULL ? "" : kernels->isa; }

/* others.c - matrix products of OpenBLAS and oneDNN, for comparison. Loaded when the program runs, not linked:
 * they need not be there to build, and a machine without them still measures our own kernels.
 *
 * Threads. Debian's OpenBLAS has threads of its own, told by openblas_set_num_threads. oneDNN takes what
 * omp_get_max_threads() gives; it was linked with GNU's OpenMP, but the names of that are answered by whichever
 * OpenMP this program loaded first (LLVM's has them all), so there is one team of threads, not two. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

#include "bench.h"

const char *const other_names[OTHERS] = {"OpenBLAS", "oneDNN"};
static char versions[OTHERS][128];

typedef void cblas_sgemm_type(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                              const float *b, int ldb, float beta, float *c, int ldc);
typedef int dnnl_sgemm_type(char transpose_a, char transpose_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
                            int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
typedef void set_threads_type(int threads);
typedef struct dnnl_version_type {
    int major, minor, patch;
} dnnl_version_type;

static cblas_sgemm_type *cblas_sgemm;
static dnnl_sgemm_type *dnnl_sgemm;
static set_threads_type *openblas_set_num_threads, *set_omp_threads;

/* A function pointer cannot be cast from void * in ISO C; POSIX promises that the bits are the same. */
#define FUNCTION(pointer, library, name) *(void **)&(pointer) = dlsym(library, name)

void others_open(void) {
    void *openblas = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (openblas) {
        const char *(*config)(void);
        FUNCTION(cblas_sgemm, openblas, "cblas_sgemm");
        FUNCTION(openblas_set_num_threads, openblas, "openblas_set_num_threads");
        FUNCTION(config, openblas, "openblas_get_config");
        snprintf(versions[OTHER_OPENBLAS], sizeof *versions, "%s", config ? config() : "OpenBLAS");
    }

    void *dnnl = dlopen("libdnnl.so.3", RTLD_NOW | RTLD_LOCAL);
    if (!dnnl) dnnl = dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
    if (dnnl) {
        const dnnl_version_type *(*version)(void);
        FUNCTION(dnnl_sgemm, dnnl, "dnnl_sgemm");
        /* The one that its own calls reach: this program's, if it has one, else that of its own dependency. */
        FUNCTION(set_omp_threads, RTLD_DEFAULT, "omp_set_num_threads");
        if (!set_omp_threads) FUNCTION(set_omp_threads, dnnl, "omp_set_num_threads");
        FUNCTION(version, dnnl, "dnnl_version");
        if (version) snprintf(versions[OTHER_ONEDNN], sizeof *versions, "oneDNN %d.%d.%d", version()->major, version()->minor, version()->patch);
    }
}

bool others_have(int library) {
    return library == OTHER_OPENBLAS ? cblas_sgemm && openblas_set_num_threads : dnnl_sgemm && set_omp_threads;
}

const char *others_version(int library) { return versions[library]; }

void other_product_body(void *context, int thread, int64_t repetitions) {
    (void)thread;
    const other_product *p = context;
    const ck_matmul *s = p->s;
    const int m = (int)s->m, n = (int)s->n, k = (int)s->k, lda = (int)s->lda, ldb = (int)s->ldb, ldc = (int)s->ldc;
    enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };
    if (p->library == OTHER_OPENBLAS) {
        openblas_set_num_threads(p->threads);
        for (int64_t r = 0; r < repetitions; r++)
            cblas_sgemm(ROW_MAJOR, s->transpose_a ? TRANSPOSED : PLAIN, s->transpose_b ? TRANSPOSED : PLAIN, m, n, k, 1, p->a, lda,
                        p->b, ldb, s->accumulate ? 1 : 0, p->c, ldc);
    } else {
        set_omp_threads(p->threads);
        for (int64_t r = 0; r < repetitions; r++)
            dnnl_sgemm(s->transpose_a ? 'T' : 'N', s->transpose_b ? 'T' : 'N', m, n, k, 1, p->a, lda, p->b, ldb,
                       s->accumulate ? 1 : 0, p->c, ldc);
        set_omp_threads(options.threads);
    }
}

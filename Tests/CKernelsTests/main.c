/* main.c - runs the tests: every kernel of kernels.def on every instruction set, and those of extra.def once.
 *
 *   ck_tests [name ...] [--family NAME] [--isa NAME|none] [--seed N] [--list]
 *
 * A name runs the tests whose name contains it. --isa none runs only what does not belong to an instruction set.
 * Exit code: 0 all passed, 1 a failure, 2 wrong usage or nothing to run, 77 the processor lacks what --isa asks for.
 */
#define _DEFAULT_SOURCE
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

/* A kernel without a test does not link. */
#define CK_KERNEL(family, name, parameters) void test_##name(const ck_kernels *fast);
#include "kernels.def"
#undef CK_KERNEL
#define CK_EXTRA(family, name) void test_##name(void);
#include "extra.def"
#undef CK_EXTRA

typedef struct test {
    const char *family, *name;
    void (*per_set)(const ck_kernels *fast); /* or NULL */
    void (*once)(void);
} test;

static const test tests[] = {
#define CK_KERNEL(family, name, parameters) {#family, #name, test_##name, NULL},
#include "kernels.def"
#undef CK_KERNEL
#define CK_EXTRA(family, name) {#family, #name, NULL, test_##name},
#include "extra.def"
#undef CK_EXTRA
};
enum { TEST_COUNT = sizeof tests / sizeof tests[0] };

static struct {
    const char *family, *isa;
    const char *names[64];
    int name_count;
    bool list;
} wish;

static int passed, failed, lacking;

static bool wanted(const test *t) {
    if (wish.family && strcmp(wish.family, t->family) != 0) return false;
    for (int i = 0; i < wish.name_count; i++)
        if (strstr(t->name, wish.names[i])) return true;
    return wish.name_count == 0;
}

/* A kernel that leaves its buffer hits an unmapped page: that ends its test, not the run. */
static sigjmp_buf out_of_test;

static void caught(int signal) { siglongjmp(out_of_test, signal); }

static void catch_signals(void) {
    static char stack[1 << 16];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
    struct sigaction action = {.sa_handler = caught, .sa_flags = SA_ONSTACK | SA_NODEFER};
    const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    for (int i = 0; i < 4; i++) sigaction(signals[i], &action, NULL);
}

static void run(const test *t, const char *isa) {
    if (wish.list) {
        printf("%s %s %s\n", t->family, t->name, isa ? isa : "none");
        return;
    }
    harness_start_test(t->name, isa);
    const int signal = sigsetjmp(out_of_test, 1);
    if (signal == SIGILL) harness_fail("an instruction that this processor does not have");
    else if (signal) harness_fail("signal %d: read or wrote outside a buffer", signal);
    else if (isa) t->per_set(ck_kernels_get(isa));
    else t->once();
    ck_fail_allocation_after(-1);
    bool not_run;
    if (harness_end_test(&not_run)) failed++;
    else if (not_run) lacking++;
    else passed++;
}

static int usage(const char *problem, const char *value) {
    fprintf(stderr, "ck_tests: %s %s\nusage: ck_tests [name ...] [--family NAME] [--isa NAME|none] [--seed N] [--list]\n",
            problem, value);
    return 2;
}

static int parse(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        const char *a = arguments[i];
        if (strcmp(a, "--list") == 0) { wish.list = true; continue; }
        if (a[0] != '-') {
            if (wish.name_count == 64) return usage("too many names at", a);
            wish.names[wish.name_count++] = a;
            continue;
        }
        if (i + 1 == count) return usage("no value or unknown option:", a);
        const char *value = arguments[++i];
        if (strcmp(a, "--family") == 0) wish.family = value;
        else if (strcmp(a, "--isa") == 0) wish.isa = value;
        else if (strcmp(a, "--seed") == 0) test_seed = strtoull(value, NULL, 10);
        else return usage("unknown option", a);
    }
    return 0;
}

int main(int count, char **arguments) {
    if (parse(count, arguments)) return 2;
    const bool once = !wish.isa || strcmp(wish.isa, "none") == 0;
    bool known = once;
    for (int i = 0; ck_isa_name(i); i++) known |= wish.isa && strcmp(wish.isa, ck_isa_name(i)) == 0;
    if (!known) return usage("this build has no instruction set", wish.isa);
    reference = ck_kernels_get("ref");
    catch_signals();
    int matched = 0;
    for (int i = 0; i < TEST_COUNT; i++) {
        if (!wanted(&tests[i])) continue;
        matched++;
        if (tests[i].once && once) run(&tests[i], NULL);
        for (int k = 0; tests[i].per_set && ck_isa_name(k); k++) {
            if (wish.isa && strcmp(wish.isa, ck_isa_name(k)) != 0) continue;
            if (ck_isa_available(ck_isa_name(k))) run(&tests[i], ck_isa_name(k));
            else lacking++;
        }
    }
    if (!matched) return usage("no test matches", wish.name_count ? wish.names[0] : wish.family ? wish.family : "");
    if (wish.list) return 0;
    for (int k = 0; lacking && ck_isa_name(k); k++)
        if (!ck_isa_available(ck_isa_name(k))) printf("NOT RUN %s: this processor lacks it\n", ck_isa_name(k));
    printf("%d passed, %d failed, %d not run (seed %" PRIu64 ")\n", passed, failed, lacking, test_seed);
    if (passed + failed == 0) return lacking ? 77 : 2;
    return failed ? 1 : 0;
}

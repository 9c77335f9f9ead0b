/* threads.c - how many threads a call takes when the caller leaves it open. Only asks; sets nothing. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include "internal.h"

int32_t ck_has_openmp(void) {
#ifdef _OPENMP
    return 1;
#else
    return 0;
#endif
}

#ifdef _OPENMP

enum { PATH_LENGTH = 512, UNLIMITED = INT32_MAX };

/* The processors that this process may run on. */
static int32_t processors(void) {
#if defined(__linux__)
    /* The kernel refuses a set smaller than its own: grow until it fits. */
    for (int cpus = 1024; cpus <= 1 << 18; cpus *= 4) {
        cpu_set_t *set = CPU_ALLOC((size_t)cpus);
        if (set == NULL) break;
        const size_t bytes = CPU_ALLOC_SIZE((size_t)cpus);
        const int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (count > 0) return count;
    }
#endif
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int32_t)online : 1;
}

#if defined(__linux__)
/* Whole processors of one control group: version 2 keeps "quota period" in cpu.max, version 1 two files. */
static int32_t group_limit(const char *folder) {
    char path[PATH_LENGTH + 32];
    long quota = -1, period = 0;
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fscanf(file, "%ld %ld", &quota, &period) != 2) quota = -1; /* "max": no limit */
        fclose(file);
    } else {
        snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
        if ((file = fopen(path, "re")) == NULL) return UNLIMITED;
        if (fscanf(file, "%ld", &quota) != 1) quota = -1;
        fclose(file);
        snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
        if ((file = fopen(path, "re")) == NULL) return UNLIMITED;
        if (fscanf(file, "%ld", &period) != 1) period = 0;
        fclose(file);
    }
    if (quota <= 0 || period <= 0 || quota / period >= UNLIMITED) return UNLIMITED;
    return quota < period ? 1 : (int32_t)(quota / period);
}

/* The smallest limit from the group `path` up to the root. Inside a container the path may be the host's, of
 * which only the root is there: folders that do not exist limit nothing. */
static int32_t tree_limit(const char *root, char *path) {
    int32_t limit = UNLIMITED;
    for (;;) {
        char folder[PATH_LENGTH];
        if (snprintf(folder, sizeof folder, "%s%s", root, path) < (int)sizeof folder)
            limit = (int32_t)ck_min(limit, group_limit(folder));
        char *slash = strrchr(path, '/');
        if (slash == NULL) return limit;
        *slash = '\0';
    }
}

/* Lines are "0::/path" (version 2) and "4:cpu,cpuacct:/path" (version 1). */
static int32_t quota(void) {
    int32_t limit = UNLIMITED;
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) return limit;
    char line[PATH_LENGTH];
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *names = strchr(line, ':');
        char *path = names == NULL ? NULL : strchr(names + 1, ':');
        if (path == NULL) continue;
        *path++ = '\0', names++;
        char root[PATH_LENGTH] = "/sys/fs/cgroup";
        if (names[0] != '\0') {
            if (strcmp(names, "cpu") != 0 && strncmp(names, "cpu,", 4) != 0 && strstr(names, ",cpu") == NULL)
                continue;
            snprintf(root, sizeof root, "/sys/fs/cgroup/%.200s", names);
        }
        limit = (int32_t)ck_min(limit, tree_limit(root, path));
    }
    fclose(file);
    return limit;
}
#else
static int32_t quota(void) { return UNLIMITED; }
#endif

#endif

int32_t ck_default_threads(void) {
#ifdef _OPENMP
    const char *wish = getenv("OMP_NUM_THREADS"); /* "4" or, for nested regions, "4,2" */
    const long wished = wish == NULL ? 0 : strtol(wish, NULL, 10);
    if (wished > 0 && wished <= CK_MOST_THREADS) return (int32_t)wished;
    /* The quota takes several small files to find, tens of microseconds: once per process. */
    static _Atomic int32_t known_quota;
    if (atomic_load(&known_quota) == 0) atomic_store(&known_quota, quota());
    return (int32_t)ck_min(ck_min(processors(), atomic_load(&known_quota)), CK_MOST_THREADS);
#else
    return 1;
#endif
}

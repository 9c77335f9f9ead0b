/* bind.c - each thread on a core of its own. Where threads sleep and wake, as between the windows of two libraries,
 * a scheduler may leave two of them on one core for many milliseconds: measured on a virtual machine with two
 * cores, products on two threads then took twice as long as on one. Ours and theirs are bound alike. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#if defined(__linux__)
#include <dirent.h>
#include <sched.h>
#include <unistd.h>

static int processors[BENCH_THREADS_MAX], processor_count;

static void bind_task(int task, int place) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processors[place % processor_count], &one);
    sched_setaffinity(task, sizeof one, &one); /* where it fails, the thread stays free: only noisier */
}

void bench_bind_threads(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed)) return;
    for (int i = 0; i < CPU_SETSIZE && processor_count < BENCH_THREADS_MAX; i++)
        if (CPU_ISSET(i, &allowed)) processors[processor_count++] = i;
    if (!processor_count) return;
    /* Threads that exist already are OpenBLAS's workers, made when it was loaded; the caller is its first thread. */
    DIR *tasks = opendir("/proc/self/task");
    int workers = 0;
    for (const struct dirent *entry; tasks && (entry = readdir(tasks));) {
        const int task = atoi(entry->d_name);
        if (task > 0 && task != getpid()) bind_task(task, ++workers);
    }
    if (tasks) closedir(tasks);
    /* OpenMP keeps its threads, and a team of N is always the first N of them. */
#pragma omp parallel for schedule(static) num_threads(options.threads)
    for (int t = 0; t < options.threads; t++) bind_task(0, t);
}
#else
void bench_bind_threads(void) {}
#endif

/* CPeak.h - loops that run at the processor's limit: what the speed of kernels and of networks is a part of. The
 * benchmark of the C core (bench/) and `digitctl bench --profile` measure by the same ones. */
#ifndef CPEAK_H
#define CPEAK_H

#include <stddef.h>
#include <stdint.h>

/// A walk through three arrays of `count` floats each, a multiple of 1024; unused ones may be any.
typedef void cpeak_stream(float *restrict y, const float *restrict a, const float *restrict b, size_t count);

typedef struct cpeak_loops {
    const char *isa;
    /// Floating-point operations of one round of `multiply_add`.
    double operations;
    /// Multiply-adds between registers, in independent chains.
    void (*multiply_add)(int64_t rounds);
    cpeak_stream *read, *write, *copy, *triad, *update;
} cpeak_loops;

/// The loops for an instruction set, which the processor must have; for one without vectors of its own, such as "ref",
/// those of the least that every processor has.
const cpeak_loops *cpeak_loops_for(const char *isa);

/// Multiplies and adds for so many rounds on each of `threads` threads at once: seconds of processor time, of the slowest.
/// Processor time, because a peak that looks low for other processes' sake would flatter what is compared with it.
double cpeak_seconds(const cpeak_loops *loops, int threads, int64_t rounds);

#endif

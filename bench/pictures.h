/* pictures.h - what whole networks are measured with: MNIST where it is given, else strokes drawn here. */
#ifndef BENCH_PICTURES_H
#define BENCH_PICTURES_H

#include <stdint.h>

typedef struct pictures {
    uint8_t *bytes;             /* [count][side][side] */
    int32_t *labels;            /* 0 to 9 */
    int64_t *sequence, *random; /* their numbers in order, and in no order */
    int32_t count;
} pictures;

/* Pictures of `side` x `side` pixels, 28 or 32; made once for each, and kept. */
pictures bench_pictures(int32_t side);
/* MNIST's test set, with --mnist alone. */
pictures bench_test_pictures(int32_t side);

#endif

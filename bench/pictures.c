/* pictures.c - see pictures.h. How many windows of a pool are alive decides on the time of the sparse gradients: so a
 * rate that is compared with another program's is measured on the same digits. */
#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { DRAWN = 1024, SIDE = 28, LARGE = 32, SHORTEST = 2048 };

/* The same in each run: shapes and orders need no quality. */
static uint32_t next(uint32_t *state) { return *state = *state * 1664525u + 1013904223u; }

static pictures allocate(int32_t side, int32_t count) {
    const size_t bytes = (size_t)count * (size_t)(side * side);
    pictures p = {memset(bench_keep(bytes), 0, bytes), bench_keep((size_t)count * sizeof(int32_t)),
                  bench_keep((size_t)count * sizeof(int64_t)), bench_keep((size_t)count * sizeof(int64_t)), count};
    uint32_t state = 1;
    for (int32_t i = 0; i < count; i++) {
        const int32_t j = (int32_t)((uint64_t)next(&state) * (uint32_t)(i + 1) >> 32);
        p.sequence[i] = i, p.random[i] = p.random[j], p.random[j] = i;
    }
    return p;
}

/* Bright strokes on black, somewhat like digits. */
static pictures draw(int32_t side) {
    pictures p = allocate(side, DRAWN);
    uint32_t state = 7;
    for (int i = 0; i < DRAWN; i++) {
        p.labels[i] = i * 7 % 10;
        for (int stroke = 0; stroke < 4; stroke++) {
            const uint32_t draw = next(&state);
            int x = 5 + (int)(draw >> 8) % (side - 10), y = 5 + (int)(draw >> 16) % (side - 10);
            const int dx = (int)(draw >> 24) % 3 - 1, dy = dx ? (int)(draw >> 26) % 3 - 1 : 1;
            for (int k = 0; k < 9 && x > 3 && y > 3 && x < side - 4 && y < side - 4; k++, x += dx, y += dy)
                for (int t = 0; t < 4; t++)
                    p.bytes[(i * side + y + t / 2) * side + x + t % 2] = (uint8_t)(160 + (draw >> 9) % 96);
        }
    }
    return p;
}

static void stop(const char *path, const char *what) {
    fprintf(stderr, "error: %s: %s\n", path, what);
    exit(3);
}

/* The items of an unpacked IDX file behind its header. */
static uint8_t *read_items(const char *path, size_t header, size_t item, int32_t *count) {
    FILE *file = fopen(path, "rb");
    if (!file)
        stop(path, "cannot be opened; --mnist takes a folder with train-images-idx3-ubyte and train-labels-idx1-ubyte, "
                   "unpacked");
    if (fseek(file, 0, SEEK_END)) stop(path, "cannot be read");
    const long size = ftell(file);
    *count = size > (long)header ? (int32_t)(((size_t)size - header) / item) : 0;
    if (*count < SHORTEST) stop(path, "expected at least 2048 items");
    uint8_t *items = bench_keep((size_t)*count * item);
    if (fseek(file, (long)header, SEEK_SET) || fread(items, item, (size_t)*count, file) != (size_t)*count)
        stop(path, "cannot be read");
    fclose(file);
    return items;
}

/* part: "train" or "t10k" */
static pictures read_mnist(const char *folder, const char *part, int32_t side) {
    char path[4096];
    int32_t count, labels;
    snprintf(path, sizeof path, "%s/%s-images-idx3-ubyte", folder, part);
    const uint8_t *bytes = read_items(path, 16, SIDE * SIDE, &count);
    snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte", folder, part);
    const uint8_t *digits = read_items(path, 8, 1, &labels);
    if (labels != count) stop(path, "expected as many labels as there are pictures");
    pictures p = allocate(side, count);
    const int32_t border = (side - SIDE) / 2;
    for (int64_t i = 0; i < count; i++) {
        p.labels[i] = digits[i] % 10;
        for (int32_t y = 0; y < SIDE; y++)
            memcpy(p.bytes + (i * side + y + border) * side + border, bytes + (i * SIDE + y) * SIDE, SIDE);
    }
    return p;
}

pictures bench_pictures(int32_t side) {
    static pictures kept[2];
    pictures *p = &kept[side == LARGE];
    if (!p->count) *p = options.mnist ? read_mnist(options.mnist, "train", side) : draw(side);
    return *p;
}

pictures bench_test_pictures(int32_t side) {
    static pictures kept[2];
    pictures *p = &kept[side == LARGE];
    if (!p->count) *p = read_mnist(options.mnist, "t10k", side);
    return *p;
}

/* muon.c - working space of the Muon update. */
#include "common.h"

/* The matrix twice, two squares of its shorter side, and what their products take; each part a multiple of 64 bytes. */
size_t ck_muon_workspace(int32_t rows, int32_t columns) {
    const int64_t count = (int64_t)rows * columns, side = ck_min(rows, columns);
    const bool tall = rows > columns;
    const ck_matmul products[3] = {
        {side, side, tall ? rows : columns, columns, columns, side, tall, !tall, 0},
        {side, side, side, side, side, side, 0, 0, 0},
        {rows, columns, side, tall ? columns : side, tall ? side : columns, columns, 0, 0, 0},
    };
    size_t product = 0;
    for (int i = 0; i < 3; i++) {
        const size_t bytes = ck_matmul_workspace(&products[i]);
        if (bytes > product) product = bytes;
    }
    return 2 * (size_t)ck_round_up(count * 4, 64) + 2 * (size_t)ck_round_up(side * side * 4, 64) + product;
}

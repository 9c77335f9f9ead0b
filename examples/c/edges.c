// edges.c: finds the edges of a small picture by one convolution, and shows what an error looks like.
//
//   cc edges.c $(pkg-config --cflags --libs ckernels) -o edges && ./edges

#include <ckernels.h>
#include <stdio.h>

enum { SIZE = 12, OUT = SIZE - 2, FILTERS = 2 };

// Weights are [ky][kx][in][out]: here 3 x 3 x 1 x 2, the differences to the right and downwards.
static const float weights[3 * 3 * 1 * FILTERS] = {
    -1, -1, 0, -2, 1, -1, //
    -2, 0,  0, 0,  2, 0,  //
    -1, 1,  0, 2,  1, 1,
};

int main(void) {
    // A bright square, rows and columns 4 to 7.
    float picture[SIZE * SIZE] = {0};
    for (int y = 4; y < 8; y++)
        for (int x = 4; x < 8; x++) picture[y * SIZE + x] = 1;

    const ck_convolution shape = ck_convolution_make(1, SIZE, SIZE, 1, FILTERS, 3);
    float edges[OUT * OUT * FILTERS];
    if (ck_convolution_forward(edges, picture, weights, NULL, &shape, NULL) != CK_OK) {
        fprintf(stderr, "%s\n", ck_error_message());
        return 1;
    }

    printf("ckernels %s, instruction set %s\n", ck_version(), ck_kernels_isa(ck_kernels_get(NULL)));
    for (int y = 0; y < OUT; y++) {
        for (int x = 0; x < OUT; x++) {
            const float *e = edges + (y * OUT + x) * FILTERS;
            putchar(e[0] > 2 ? '>' : e[0] < -2 ? '<' : e[1] > 2 ? 'v' : e[1] < -2 ? '^' : '.');
        }
        putchar('\n');
    }
    // The output's pixel (4, 2) looks at rows 4 to 6, columns 2 to 4: the left edge, 1 + 2 + 1.
    if (edges[(4 * OUT + 2) * FILTERS] != 4) return 1;

    // A mistake is a status and a message, never an abort: here a 3 x 3 kernel on a 2 x 2 picture.
    const ck_convolution too_small = ck_convolution_make(1, 2, 2, 1, FILTERS, 3);
    const ck_status status = ck_convolution_forward(edges, picture, weights, NULL, &too_small, NULL);
    printf("a kernel larger than its picture: %s\n", ck_error_message());
    return status == CK_ERROR_SIZE ? 0 : 1;
}

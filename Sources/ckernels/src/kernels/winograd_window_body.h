/* winograd_window_body.h - where the pixels of a tile are, for the transforms of Winograd's algorithm.
 *
 * A transform is a function of its own for each size of a tile, for 16 channels, without a loop: in a loop over channels the
 * compiler keeps the 36 places it writes to on the stack, and fetches each before its store. Where a tile is inside of its image,
 * pixels are at equal distances; at an edge each has a place. Numbers go to these functions one by one, not as a struct, which the
 * compiler would copy with loads wider than the stores before: such a load waits until all earlier stores are done. (The
 * transform of the input of keras-cnn's second convolution, AVX-512: 0.81 of the time.)
 */

/* Where a tile lies in an image; it may reach beyond. */
typedef struct CK_NAME(winograd_window) {
    int32_t top, left, rows, columns;
    int32_t height, width; /* of the image */
    int64_t stored;
} CK_NAME(winograd_window);

CK_INLINE bool CK_NAME(winograd_inside)(const CK_NAME(winograd_window) *w) {
    return w->top >= 0 && w->left >= 0 && w->top + w->rows <= w->height && w->left + w->columns <= w->width;
}

/* The first pixel of a tile that is inside, in values from the image's first. */
CK_INLINE int64_t CK_NAME(winograd_begin)(const CK_NAME(winograd_window) *w) { return ((int64_t)w->top * w->width + w->left) * w->stored; }

/* The place of each pixel; `outside` where there is none. */
static void CK_NAME(winograd_places)(float **pixel, float *image, float *outside, const CK_NAME(winograd_window) *w) {
    CK_NOVEC for (int32_t r = 0; r < w->rows; r++) {
        const int32_t y = w->top + r;
        const bool inside = y >= 0 && y < w->height;
        float *const row = image + ((int64_t)y * w->width + w->left) * w->stored;
        CK_NOVEC for (int32_t q = 0; q < w->columns; q++)
            *pixel++ = inside && w->left + q >= 0 && w->left + q < w->width ? row + q * w->stored : outside;
    }
}

/* dense_update_body.h - the gradient of a dense layer's weights and Adam's step on them, at once.
 *
 * The gradient keeps the multipliers busy, the step the divider: a square root and a division for each weight. Both could work
 * at the same time, but a processor does not look far enough ahead to find that out by itself. So the step is cut in three, none
 * of them a long chain, and done between the products: while the gradient of one tile is summed over the batch, the tile before
 * gets its moments, the one before that its roots, and the third its weights, row by row. (3136 to 128, 64 images, AVX-512: 0.79
 * of the time of one after the other; steps cut in two, or whole: 0.86 and 1.05.)
 */

#if CK_LANES >= 16
enum { CK_NAME(adam_rows) = 8, CK_NAME(adam_steps) = 3 };

/* What the tiles of a call share. */
typedef struct CK_NAME(adam_call) {
    float *w, *m, *v;
    const float *x, *dy; /* dy in panels */
    int64_t row, x_row;  /* from the weights of one input to the next, from one image of x to the next */
    int32_t batch, out;
    CK_NAME(adam) a;
} CK_NAME(adam_call);

/* The weights from 8 inputs to one or two panels of outputs: `at` is the place of the first, or -1 for none. */
typedef struct CK_NAME(adam_tile) {
    float values[CK_NAME(adam_rows) * 32] __attribute__((aligned(64))); /* gradients, then roots */
    int64_t at;
} CK_NAME(adam_tile);

/* The products of images `from`->k ..< end. */
typedef struct CK_NAME(adam_images) {
    const float *x, *dy;
    int64_t k;
} CK_NAME(adam_images);
CK_INLINE void CK_NAME(adam_sum)(const int panels, CK_NAME(v16) acc[CK_NAME(adam_rows)][2], CK_NAME(adam_images) *from, int64_t end,
                                 int64_t x_row, int64_t dy_panel) {
    CK_NOVEC for (; from->k < end; from->k++, from->x += x_row, from->dy += 16) {
        CK_NAME(v16) of_panel[2];
        CK_UNROLL for (int p = 0; p < panels; p++) of_panel[p] = *(const CK_NAME(v16) *)(from->dy + p * dy_panel);
        CK_UNROLL for (int t = 0; t < CK_NAME(adam_rows); t++) {
            CK_UNROLL for (int p = 0; p < panels; p++) acc[t][p] += from->x[t] * of_panel[p];
        }
    }
}

/* The gradient of the tile `now` for input i and column o on, and a third of the step for each of those before it. */
CK_INLINE void CK_NAME(adam_tile_of)(const int panels, const CK_NAME(adam_call) *c, int64_t i, int64_t o, CK_NAME(adam_tile) *now,
                                     CK_NAME(adam_tile) *const before[CK_NAME(adam_steps)]) {
    const int64_t width = panels * 16, row = c->row, batch = now->at < 0 ? 0 : c->batch;
    const int64_t x_row = c->x_row, dy_panel = (int64_t)c->batch * 16, parts = CK_NAME(adam_rows) * CK_NAME(adam_steps);
    CK_NAME(adam_images) from = {c->x + i, c->dy + o * c->batch, 0};
    const CK_NAME(adam) a = c->a;
    CK_NAME(v16) acc[CK_NAME(adam_rows)][2] = {{{0}}};
    CK_NOVEC for (int64_t r = 0; r < CK_NAME(adam_rows); r++) {
        const int64_t at[] = {before[0]->at + r * row, before[1]->at + r * row, before[2]->at + r * row}, value = r * width;
        if (batch) /* the next tile's turn */
            for (int64_t next = now->at + r * row; next < now->at + r * row + width; next += 16)
                __builtin_prefetch(c->w + next), __builtin_prefetch(c->m + next), __builtin_prefetch(c->v + next);
        if (before[0]->at >= 0) CK_NAME(adam_moments)(c->m + at[0], c->v + at[0], c->w + at[0], before[0]->values + value, width, a);
        CK_NAME(adam_sum)(panels, acc, &from, (3 * r + 1) * batch / parts, x_row, dy_panel);
        if (before[1]->at >= 0) CK_NAME(adam_roots)(before[1]->values + value, c->v + at[1], width, a);
        CK_NAME(adam_sum)(panels, acc, &from, (3 * r + 2) * batch / parts, x_row, dy_panel);
        if (before[2]->at >= 0) CK_NAME(adam_weights)(c->w + at[2], c->m + at[2], before[2]->values + value, width, a);
        CK_NAME(adam_sum)(panels, acc, &from, (3 * r + 3) * batch / parts, x_row, dy_panel);
    }
    const CK_NAME(i16) mask = CK_MASK(c->out - o - width + 16, i16);
    CK_UNROLL for (int t = 0; t < CK_NAME(adam_rows); t++) {
        CK_UNROLL for (int p = 0; p < panels; p++) {
            if (p == panels - 1) acc[t][p] = (CK_NAME(v16))((CK_NAME(i16))acc[t][p] & mask);
            *(CK_NAME(v16) *)(now->values + t * width + p * 16) = acc[t][p];
        }
    }
}

/* One function for each width, as in tile_body.h. */
static __attribute__((noinline)) void CK_NAME(adam_pair)(const CK_NAME(adam_call) *c, int64_t i, int64_t o, CK_NAME(adam_tile) *now,
                                                         CK_NAME(adam_tile) *const before[CK_NAME(adam_steps)]) {
    CK_NAME(adam_tile_of)(2, c, i, o, now, before);
}
static __attribute__((noinline)) void CK_NAME(adam_single)(const CK_NAME(adam_call) *c, int64_t i, int64_t o, CK_NAME(adam_tile) *now,
                                                           CK_NAME(adam_tile) *const before[CK_NAME(adam_steps)]) {
    CK_NAME(adam_tile_of)(1, c, i, o, now, before);
}

/* Inputs 0 ..< rows and columns first ..< end, in whole tiles. Three turns more than there are tiles end the steps begun. */
static void CK_NAME(adam_tiles)(const int panels, const CK_NAME(adam_call) *c, int64_t rows, int64_t first, int64_t end) {
    CK_NAME(adam_tile) tiles[CK_NAME(adam_steps) + 1];
    for (int t = 0; t <= CK_NAME(adam_steps); t++) tiles[t].at = -1;
    int64_t i = 0, o = first;
    for (int t = 0, behind = 0; behind < CK_NAME(adam_steps); t++) {
        const bool some = first < end && i < rows;
        CK_NAME(adam_tile) *const now = &tiles[t & 3];
        CK_NAME(adam_tile) *const before[] = {&tiles[(t + 3) & 3], &tiles[(t + 2) & 3], &tiles[(t + 1) & 3]};
        now->at = some ? i * c->row + o : -1;
        if (panels == 2) CK_NAME(adam_pair)(c, some ? i : 0, o, now, before);
        else CK_NAME(adam_single)(c, some ? i : 0, o, now, before);
        behind += !some;
        if (some && (o += panels * 16) >= end) o = first, i += CK_NAME(adam_rows);
    }
}
#endif

static void CK_NAME(dense_adam_update)(float *w, float *m, float *v, const float *x, const float *dy, int32_t batch, int32_t first, int32_t count,
                                       const ck_dense *s, const ck_update *u, void *workspace) {
    float *const packed = workspace, *const g = packed + (int64_t)batch * ck_round_up(s->out_stored, 16);
    int32_t done = 0;
#if CK_LANES >= 16
    if (s->out_stored >= 16) {
        const int64_t before = (int64_t)first * s->out_stored, pairs = s->out_stored / 32 * 32;
        const CK_NAME(adam_call) c = {w + before, m + before, v + before, x + first, packed, s->out_stored, s->in_stored, batch, s->out, CK_NAME(adam_options)(u)};
        CK_NAME(pack_panels)(packed, (int64_t)batch * 16, dy, s->out_stored, batch, s->out_stored);
        done = count / CK_NAME(adam_rows) * CK_NAME(adam_rows);
        CK_NAME(adam_tiles)(2, &c, done, 0, pairs);
        CK_NAME(adam_tiles)(1, &c, done, pairs, s->out_stored);
    }
#endif
    for (int64_t i = first + done; i < first + count; i += CK_FUSED_ROWS) {
        const int64_t rows = ck_min(CK_FUSED_ROWS, first + count - i), before = i * s->out_stored, values = rows * s->out_stored;
        memset(g, 0, (size_t)values * sizeof(float));
        CK_NAME(dense_backward_weight)(g, x + i, dy, batch, 0, (int32_t)rows, s, packed);
        CK_NAME(adam_update)(w + before, m + before, v + before, g, values, u);
    }
}

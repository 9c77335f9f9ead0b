/* test_parts.c - a layer computed part by part, in any order and with whatever else lies in the buffers, has the bits
 * it has in one call: what lets the plan share out one layer among threads. */
#include "conv_cases.h"

enum { PART = 32, PREPARED_PART = 16 };

/* ---------------------------------------------------------------- convolution */

static ck_conv part_of(const ck_conv *s, int32_t i) {
    ck_conv part = *s;
    part.part_first = i * PART, part.part_count = PART;
    return part;
}

static ck_conv prepared_part_of(const ck_conv *s, int32_t first) {
    ck_conv part = *s;
    part.part_first = first, part.part_count = PREPARED_PART;
    return part;
}

static void check_forward(const ck_kernels *fast, const conv_case *c, const ck_conv_choice *choice, int32_t parts) {
    const int64_t size = c->images * c->y_size;
    float *y = unwritten(size), *want = unwritten(size);
    uint8_t *index = new_index(c), *want_index = new_index(c);
    void *prepared = workspace_of(choice->forward_prepared), *whole = workspace_of(choice->forward_prepared),
         *room = workspace_of(choice->workspace);
    fast->conv_forward_prepare(whole, c->w, &c->s);
    fast->conv_forward(want, want_index, c->x, whole, c->bias, c->images, &c->s, room);
    for (int32_t first = (c->s.out_stored - 1) / PREPARED_PART * PREPARED_PART; first >= 0; first -= PREPARED_PART) {
        const ck_conv s = prepared_part_of(&c->s, first);
        fast->conv_forward_prepare(prepared, c->w, &s);
    }
    for (int32_t i = 0; i < parts; i++) {
        const ck_conv s = part_of(&c->s, i);
        fast->conv_forward(y, index, c->x, prepared, c->bias, c->images, &s, room);
    }
    expect_same_bits(conv_label("y", &c->s, choice->forward), y, want, size);
    if (c->s.pool) expect_same_bytes("index", index, want_index, size);
}

static void check_by_input(const ck_kernels *fast, const conv_case *c, const ck_conv_choice *choice, int32_t parts) {
    const int64_t size = c->images * c->x_size;
    float *dx = unwritten(size), *want = unwritten(size);
    void *prepared = workspace_of(choice->backward_input_prepared),
         *whole = workspace_of(choice->backward_input_prepared), *room = workspace_of(choice->workspace);
    fast->conv_backward_input_prepare(whole, c->w, &c->s);
    fast->conv_backward_input(want, c->dy, c->index, whole, c->images, &c->s, room);
    for (int32_t first = 0; first < c->s.in_stored; first += PREPARED_PART) {
        const ck_conv s = prepared_part_of(&c->s, first);
        fast->conv_backward_input_prepare(prepared, c->w, &s);
    }
    for (int32_t i = parts - 1; i >= 0; i--) {
        const ck_conv s = part_of(&c->s, i);
        fast->conv_backward_input(dx, c->dy, c->index, prepared, c->images, &s, room);
    }
    expect_same_bits(conv_label("dx", &c->s, choice->backward_input), dx, want, size);
}

static void check_by_weight(const ck_kernels *fast, const conv_case *c, const ck_conv_choice *choice, int32_t parts) {
    float *dw = zeros(c->w_size), *want = zeros(c->w_size), *sums = workspace_of(choice->sums),
          *room = workspace_of(choice->workspace);
    memset(sums, 0, choice->sums);
    fast->conv_backward_weight(sums, NULL, c->x, c->dy, c->index, c->images, &c->s, room);
    fast->conv_backward_weight_finish(want, sums, &c->s);
    memset(sums, 0, choice->sums);
    for (int32_t i = parts - 1; i >= 0; i--) {
        const ck_conv s = part_of(&c->s, i);
        fast->conv_backward_weight(sums, NULL, c->x, c->dy, c->index, c->images, &s, room);
        fast->conv_backward_weight_finish(dw, sums, &s);
    }
    expect_same_bits(conv_label("dw", &c->s, choice->backward_weight), dw, want, c->w_size);
}

/* Sparse sums are finished by output. */
static void check_sparse_finish(const ck_kernels *fast, const conv_case *c, const ck_conv_choice *choice) {
    if (fast == reference) return; /* which keeps them as weights */
    float *dw = zeros(c->w_size), *want = zeros(c->w_size), *sums = workspace_of(choice->sums), *room = workspace_of(choice->workspace);
    memset(sums, 0, choice->sums);
    fast->conv_backward_weight(sums, NULL, c->x, c->dy, c->index, c->images, &c->s, room);
    fast->conv_backward_weight_finish(want, sums, &c->s);
    for (int32_t i = (c->s.out_stored - 1) / PART; i >= 0; i--) {
        const ck_conv s = part_of(&c->s, i);
        fast->conv_backward_weight_finish(dw, sums, &s);
    }
    expect_same_bits(conv_label("dw of some outputs", &c->s, choice->backward_weight), dw, want, c->w_size);
}

static int32_t check_conv(const ck_kernels *fast, conv_case *c) {
    int32_t forward, by_input, by_weight, cut = 0;
    fill_index(c);
    for (int32_t a = CK_CONV_AUTO; a <= CK_CONV_WINOGRAD_FEW; a++) {
        ck_conv_choice choice;
        if (!force_algorithm(&c->s, a, &choice)) continue;
        ck_conv_parts(&c->s, &forward, &by_input, &by_weight);
        if (choice.backward_weight == CK_CONV_SPARSE && c->s.out_stored > PART) check_sparse_finish(fast, c, &choice), cut++;
        if (forward > 1) check_forward(fast, c, &choice, forward), cut++;
        if (by_input > 1) check_by_input(fast, c, &choice, by_input), cut++;
        if (by_weight > 1) check_by_weight(fast, c, &choice, by_weight), cut++;
    }
    return cut;
}

void test_conv_by_parts(void) {
    int32_t cut = 0;
    for (int k = 0; ck_isa_name(k); k++) {
        const ck_kernels *fast = ck_isa_available(ck_isa_name(k)) ? ck_kernels_get(ck_isa_name(k)) : NULL;
        const bool slow = fast == reference;
        conv_case c;
        bool whole_numbers;
        for (int i = 0; fast && i < FIXED_SHAPES + 60; i++)
            if (begin_conv(&c, i, &whole_numbers) && (!slow || c.images <= 3)) cut += check_conv(fast, &c);
    }
    expect(cut > 100, "layers cut into parts: expected hundreds, found %d", cut);
}

/* ----------------------------------------------------------------------- dense */

static void check_dense(const ck_kernels *fast, int32_t batch, int32_t in, int32_t out) {
    begin_case("%s: dense, batch %d, %d in, %d out", ck_kernels_isa(fast), batch, in, out);
    const ck_dense s = {.in = in,
                        .in_stored = ck_stored_channels(in),
                        .out = out,
                        .out_stored = ck_stored_channels(out),
                        .activation = CK_RELU};
    ck_dense_choice choice;
    ck_dense_choose(&s, batch, &choice);
    float *w = random_rows(s.in_stored, out, s.out_stored);
    for (int64_t i = (int64_t)in * s.out_stored; i < (int64_t)s.in_stored * s.out_stored; i++) w[i] = 0;
    const float *x = random_rows(batch, in, s.in_stored), *dy = random_rows(batch, out, s.out_stored),
                *bias = random_rows(1, out, s.out_stored);
    float *y = unwritten((int64_t)batch * s.out_stored), *want_y = unwritten((int64_t)batch * s.out_stored);
    float *dx = unwritten((int64_t)batch * s.in_stored), *want_x = unwritten((int64_t)batch * s.in_stored);
    void *forward = workspace_of(choice.forward_prepared), *backward = workspace_of(choice.backward_input_prepared);
    fast->dense_forward_prepare(forward, w, &s);
    fast->dense_forward(want_y, x, forward, bias, batch, &s);
    fast->dense_backward_input_prepare(backward, w, &s);
    fast->dense_backward_input(want_x, dy, backward, batch, &s);
    memset(forward, 0xff, choice.forward_prepared);
    for (int32_t first = (s.in - 1) / PART * PART; first >= 0; first -= PART) {
        ck_dense part = s;
        part.part_first = first, part.part_count = PART;
        fast->dense_forward_prepare(forward, w, &part);
    }
    /* The last part first: one that wrote beyond its end would spoil what is there. */
    for (int32_t first = (s.out_stored - 1) / PART * PART; first >= 0; first -= PART) {
        ck_dense part = s;
        part.part_first = first, part.part_count = PART;
        fast->dense_forward(y, x, forward, bias, batch, &part);
    }
    /* No weights but its own. */
    for (int32_t first = (s.in_stored - 1) / PART * PART; first >= 0; first -= PART) {
        ck_dense part = s;
        part.part_first = first, part.part_count = PART;
        memset(backward, 0xff, choice.backward_input_prepared);
        fast->dense_backward_input_prepare(backward, w, &part);
        fast->dense_backward_input(dx, dy, backward, batch, &part);
    }
    expect_same_bits("y", y, want_y, (int64_t)batch * s.out_stored);
    expect_same_bits("dx", dx, want_x, (int64_t)batch * s.in_stored);
}

void test_dense_by_parts(void) {
    static const int32_t widths[] = {1, 8, 16, 31, 33, 48, 65, 127, 200};
    for (int k = 0; ck_isa_name(k); k++) {
        if (!ck_isa_available(ck_isa_name(k))) continue;
        for (int i = 0; i < 9; i++)
            for (int o = 0; o < 9; o++)
                check_dense(ck_kernels_get(ck_isa_name(k)), (i + o) % 4 ? random_integer(2, 19) : 1, widths[i], widths[o]);
    }
}

/* ---------------------------------------------------------------------- losses */

/* Rows of a cross-entropy may come in any groups. */
void test_cross_entropy_by_parts(void) {
    enum { ROWS = 53, CLASSES = 10, STORED = 16 };
    for (int k = 0; ck_isa_name(k); k++) {
        if (!ck_isa_available(ck_isa_name(k))) continue;
        const ck_kernels *fast = ck_kernels_get(ck_isa_name(k));
        begin_case("%s: cross-entropy", ck_kernels_isa(fast));
        const float *x = random_rows(ROWS, CLASSES, STORED);
        int32_t labels[ROWS];
        for (int i = 0; i < ROWS; i++) labels[i] = random_integer(0, CLASSES - 1);
        ck_cross_entropy s = {
            .rows = {ROWS, CLASSES, STORED}, .smoothing = 0.1f, .gradient_scale = 0.3f, .ignore_index = -1};
        float *dx = unwritten(ROWS * STORED), *want = unwritten(ROWS * STORED);
        ck_loss loss = {0, 0}, whole = {0, 0};
        fast->cross_entropy(&whole, want, x, labels, NULL, NULL, &s);
        for (int first = 0, count; first < ROWS; first += count) {
            count = (int)ck_min(random_integer(1, 20), ROWS - first);
            s.rows.rows = count;
            fast->cross_entropy(&loss, dx + first * STORED, x + first * STORED, labels + first, NULL, NULL, &s);
        }
        expect_same_bits("dx", dx, want, ROWS * STORED);
        expect_same_bytes("loss", &loss, &whole, sizeof loss);
    }
}

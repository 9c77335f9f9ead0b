/* run_faults_body.h - which operation first wrote a NaN or an infinity. Slow, and only on request. */

static bool CK_RUN(finite)(const CK_REAL *values, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(values[i])) return false;
    return true;
}

/* What holds no numbers: packed weights have gaps, sums of a norm are doubles (what is made of them is looked at),
 * winners are bytes. */
static bool CK_RUN(holds_numbers)(uint32_t code, const ck_operand *o) {
    if (o->verb != CK_WRITES && o->verb != CK_ADDS) return false;
    if (o->where == CK_IN_WINNERS || o->where == CK_IN_ARRAY || o->where == CK_IN_SUMS) return false;
    switch (code) {
    case CK_OP_conv_forward_prepare:
    case CK_OP_conv_backward_input_prepare:
    case CK_OP_conv_quantise_weights:
    case CK_OP_dense_quantise_weights:
    case CK_OP_dense_forward_prepare:
    case CK_OP_dense_backward_input_prepare:
    case CK_OP_batch_norm_moments:
    case CK_OP_batch_norm_backward_sums:
    case CK_OP_squared_norm: return false;
    case CK_OP_conv_gradient_by_channel: return o->where != CK_IN_SHARED;
    default: return true;
    }
}

/* image: what to report, -1 for an operation on the whole batch */
static void CK_RUN(find_fault)(const CK_RUN(worker) *w, size_t op, int32_t image) {
    const ck_ready *r = &w->plan->ready[op];
    ck_operand list[CK_OPERANDS];
    const int32_t count = ck_op_operands(list, r->op, w->count);
    for (int32_t i = 0; i < count; i++) {
        const CK_REAL *values = r->at[i].space == CK_ARRAY ? NULL : CK_RUN(at)(w, r, i);
        if (!values || !CK_RUN(holds_numbers)(r->op->code, &list[i])) continue;
        const int64_t images = list[i].where == CK_IN_IMAGES ? w->count : 1;
        if (CK_RUN(finite)(values, images * list[i].amount / (int64_t)sizeof(float))) continue;
        ck_note_fault(w->faults, (int32_t)op, image);
        return;
    }
}

/* By one thread, when all parts are done. */
static void CK_RUN(find_faults_of_parts)(CK_RUN(worker) *w, const ck_segment *segment) {
    w->first = 0, w->count = w->run->images;
    for (size_t i = segment->first; i < (size_t)segment->first + segment->count; i++) CK_RUN(find_fault)(w, i, -1);
}

/* run_loss_body.h - losses and counts. Sums are those of the lane; gradients are divided by the weight of the whole
 * batch. */

static float CK_RUN(gradient_scale)(const CK_RUN(worker) *w, const ck_op *op) {
    const double weight = w->normalisers->weight[op->layer];
    return weight > 0 ? (float)((double)op->value[0] * (double)w->run->step.loss_scale / weight) : 0;
}

static void CK_RUN(cross_entropy)(const CK_RUN(worker) *w, const ck_ready *r) {
    ck_cross_entropy s = r->op->shape.cross_entropy;
    s.rows.rows *= w->count;
    s.gradient_scale = CK_RUN(gradient_scale)(w, r->op);
    ck_loss *loss = CK_RUN(at)(w, r, 0);
    CK_REAL *dx = CK_RUN(at)(w, r, 1);
    const CK_REAL *x = CK_RUN(at)(w, r, 2), *class_weights = CK_RUN(at)(w, r, 4);
    if (r->op->code == CK_OP_cross_entropy_targets) {
        w->kernels->cross_entropy(loss, dx, x, NULL, CK_RUN(at)(w, r, 3), class_weights, &s);
        return;
    }
    const int32_t *labels = CK_RUN(array)(w, r, 3);
    int32_t *at_hand = CK_RUN(at)(w, r, 5);
    for (int32_t i = 0; i < w->count; i++) at_hand[i] = labels[CK_RUN(item)(w, i)];
    w->kernels->cross_entropy(loss, dx, x, at_hand, NULL, class_weights, &s);
}

/* Image by image, since the sums over rows are formed in groups. */
static void CK_RUN(distance)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_rows *rows = &r->op->shape.rows;
    const int64_t values = rows->rows * rows->stored;
    ck_loss *loss = CK_RUN(at)(w, r, 0);
    CK_REAL *dx = CK_RUN(at)(w, r, 1);
    const CK_REAL *x = CK_RUN(at)(w, r, 2), *targets = CK_RUN(at)(w, r, 3);
    const float scale = CK_RUN(gradient_scale)(w, r->op);
    for (int32_t i = 0; i < w->count; i++, x += values, targets += values, dx = dx ? dx + values : NULL) {
        if (r->op->code == CK_OP_mean_squared_error) w->kernels->mean_squared_error(loss, dx, x, targets, scale, rows);
        else if (r->op->code == CK_OP_mean_absolute_error)
            w->kernels->mean_absolute_error(loss, dx, x, targets, scale, rows);
        else w->kernels->binary_cross_entropy(loss, dx, x, targets, scale, rows);
    }
}

/* d sqrt(sum / weight) = d sum / (2 * weight * sqrt(sum / weight)), with the sum of all lanes in their order. */
static void CK_RUN(root_mean_squared_error_backward)(const CK_RUN(worker) *w, const ck_ready *r, const ck_rows *rows) {
    ck_loss all = {0, 0}, unused = {0, 0};
    for (int32_t l = 0; l < w->plan->header.lanes; l++) {
        const ck_loss *part = CK_RUN(at_lane)(w, r, 3, l);
        all.sum += part->sum, all.weight += part->weight;
    }
    const double root = sqrt(all.sum / all.weight),
                 scale = (double)r->op->value[0] * (double)w->run->step.loss_scale / (2 * all.weight * root);
    w->kernels->mean_squared_error(&unused, CK_RUN(at)(w, r, 0), CK_RUN(at)(w, r, 1), CK_RUN(at)(w, r, 2),
                                   root == 0 ? 0 : (float)scale, rows);
}

static void CK_RUN(count_correct)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_rows *s = &r->op->shape.rows;
    const int32_t *labels = CK_RUN(array)(w, r, 2);
    const CK_REAL *x = CK_RUN(at)(w, r, 1);
    ck_loss *count = CK_RUN(at)(w, r, 0);
    for (int32_t i = 0; i < w->count; i++, x += s->stored) {
        const int32_t label = labels[CK_RUN(item)(w, i)];
        if (label == r->op->option) continue;
        int32_t largest = 0;
        for (int32_t c = 1; c < s->channels; c++)
            if (x[c] > x[largest]) largest = c;
        /* A NaN is never right, although every comparison with it leaves the first place. */
        count->sum += largest == label && x[largest] == x[largest], count->weight += 1;
    }
}

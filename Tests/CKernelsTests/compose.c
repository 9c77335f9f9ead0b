/* compose.c - a network computed node by node on the plain kernels in double; see plan_cases.h. */
#include "plan_cases.h"

typedef struct composer {
    const plan_case *c;
    const double *parameters;
    const ck_step *step;
    const int64_t *indices;
    int32_t images;
    bool training;
    composed out;
    double *values[64], *gradients[64], *means[64], *inverses[64]; /* of each node */
    uint8_t *winners[64];
} composer;

static int64_t values_of(const composer *m, int32_t node) {
    return m->images * ck_form_values(m->c->network->nodes[node].form);
}
static ck_rows rows_of(const composer *m, const ck_node *node) {
    ck_rows rows = ck_form_rows(node->form);
    rows.rows *= m->images;
    return rows;
}
static const double *parameter(const composer *m, const ck_node *node, int32_t place) {
    const int32_t i = node->parameters[place];
    return i < 0 ? NULL : m->parameters + m->c->network->parameters[i].about.offset / sizeof(float);
}
static double *gradient_of(const composer *m, const ck_node *node, int32_t place) {
    const int32_t i = node->parameters[place];
    return i < 0 ? NULL : m->out.gradients + m->c->network->parameters[i].about.offset / sizeof(float);
}
static ck_random key(const composer *m, const ck_node *node, ck_random_domain domain) {
    const uint32_t step = domain == CK_RANDOM_AUGMENT ? m->step->epoch : m->step->update,
                   micro = domain == CK_RANDOM_AUGMENT ? 0 : m->step->micro_step;
    return (ck_random){m->step->seed, step, ck_random_stream(domain, (uint32_t)node->number, micro), 0};
}
static bool is_trained(const ck_node *node) { return !node->frozen; }

/* ----------------------------------------------------------------------- mixup */

static ck_mix mix_of(const composer *m, int32_t image) {
    const ck_random random = {m->step->seed, m->step->update, ck_random_stream(CK_RANDOM_MIX, 0, m->step->micro_step), 0};
    return ck_mix_of(&random, m->c->network->mixup, image, m->images);
}
static bool mixes(const composer *m) { return m->training && m->c->network->mixup != 0; }

/* Every image's values with its share, and those of its partner with the rest. */
static void mix(const composer *m, double *y, int64_t values) {
    double *before = zeros64(m->images * values);
    memcpy(before, y, sizeof *y * (size_t)(m->images * values));
    for (int32_t n = 0; n < m->images; n++) {
        const ck_mix with = mix_of(m, n);
        const double share = (double)with.share;
        for (int64_t i = 0; i < values; i++)
            y[n * values + i] = share * before[n * values + i] + (1 - share) * before[with.partner * values + i];
    }
}

/* --------------------------------------------------------------------- forward */

static void input(composer *m, const ck_node *node, double *y) {
    const void *source = m->c->arrays[node->input.array];
    if (node->kind == CK_NODE_INPUT) {
        if (node->input.type == CK_BYTES) ref64.gather_bytes(y, source, m->indices, m->images, &node->input.gather);
        else ref64.gather_floats(y, source, m->indices, m->images, &node->input.gather);
        if (mixes(m)) mix(m, y, node->input.gather.values);
        return;
    }
    ck_warp warp = node->input.warp;
    if (!m->training)
        warp.rotate = warp.shift_x = warp.shift_y = warp.zoom = warp.shear = warp.elastic = warp.brightness =
            warp.contrast = warp.noise = warp.erase_probability = warp.perspective = warp.thickness = warp.blur = 0;
    const ck_random random = key(m, node, CK_RANDOM_AUGMENT);
    const size_t scratch = ck_warp_workspace(&warp);
    ref64.warp_bytes(y, source, m->indices, m->images, &warp, m->training ? &m->c->network->chances : NULL, &random,
                     scratch ? workspace_of(scratch) : NULL);
    if (mixes(m)) mix(m, y, ck_form_values(node->form));
}

static void batch_norm(composer *m, const ck_node *node, double *y, const double *x) {
    const ck_rows s = rows_of(m, node);
    const bool own = m->training && is_trained(node);
    const size_t number = (size_t)(node - m->c->network->nodes);
    const double *gamma = parameter(m, node, CK_PARAMETER_GAMMA), *beta = parameter(m, node, CK_PARAMETER_BETA);
    double *mean = m->means[number] = zeros64(s.stored), *inverse = m->inverses[number] = zeros64(s.stored);
    for (int32_t c = 0; c < s.channels; c++) {
        double sum = 0, deviation = 0;
        for (int64_t r = 0; r < s.rows; r++) sum += x[r * s.stored + c];
        mean[c] = own ? sum / (double)s.rows : parameter(m, node, CK_PARAMETER_MEAN)[c];
        for (int64_t r = 0; r < s.rows; r++)
            deviation += (x[r * s.stored + c] - mean[c]) * (x[r * s.stored + c] - mean[c]);
        const double variance = own ? deviation / (double)s.rows : parameter(m, node, CK_PARAMETER_VARIANCE)[c],
                     moved = (double)node->norm.momentum;
        inverse[c] = 1 / sqrt(variance + (double)node->norm.epsilon);
        if (own) {
            gradient_of(m, node, CK_PARAMETER_MEAN)[c] =
                (1 - moved) * parameter(m, node, CK_PARAMETER_MEAN)[c] + moved * mean[c];
            gradient_of(m, node, CK_PARAMETER_VARIANCE)[c] =
                (1 - moved) * parameter(m, node, CK_PARAMETER_VARIANCE)[c] + moved * deviation / (double)(s.rows - 1);
        }
        for (int64_t r = 0; r < s.rows; r++) {
            const double v = (x[r * s.stored + c] - mean[c]) * inverse[c] * gamma[c] + beta[c];
            y[r * s.stored + c] = node->norm.relu && v < 0 ? 0 : v;
        }
    }
}

static void dropout(composer *m, const ck_node *node, double *y, const double *x) {
    const ck_rows rows = rows_of(m, node);
    const ck_images images = {m->images, node->form.height, node->form.width, node->form.channels, node->form.stored};
    const ck_random random = key(m, node, CK_RANDOM_DROPOUT);
    if (!m->training || node->dropout.rate == 0) memcpy(y, x, sizeof *y * (size_t)(rows.rows * rows.stored));
    else if (node->dropout.kind == CK_DROPOUT) ref64.dropout(y, x, node->dropout.rate, &rows, &random);
    else if (node->dropout.kind == CK_CHANNEL_DROPOUT)
        ref64.channel_dropout(y, x, node->dropout.rate, &images, &random);
    else ref64.drop_block(y, x, node->dropout.rate, node->dropout.block, &images, &random);
}

static void pool(composer *m, const ck_node *node, double *y, const double *x) {
    const ck_random random = key(m, node, CK_RANDOM_POOL);
    const size_t number = (size_t)(node - m->c->network->nodes);
    uint8_t *winners = m->winners[number] = guarded((size_t)values_of(m, (int32_t)number), 1);
    if (node->pool.kind == CK_MAX_POOL) ref64.max_pool_forward(y, winners, x, m->images, &node->pool.shape);
    else if (node->pool.kind == CK_AVERAGE_POOL) ref64.average_pool_forward(y, x, m->images, &node->pool.shape);
    else if (m->training) ref64.stochastic_pool_forward(y, winners, x, m->images, &node->pool.shape, &random);
    else ref64.stochastic_pool_predict(y, x, m->images, &node->pool.shape);
}

static void function(const ck_node *node, double *y, const double *x, const ck_rows *s) {
    switch (node->function.kind) {
    case CK_FUNCTION_RELU: ref64.relu_forward(y, x, s); break;
    case CK_FUNCTION_LEAKY_RELU: ref64.leaky_relu_forward(y, x, node->function.slope, s); break;
    case CK_FUNCTION_SIGMOID: ref64.sigmoid_forward(y, x, s); break;
    case CK_FUNCTION_TANH: ref64.tanh_forward(y, x, s); break;
    case CK_FUNCTION_GELU: ref64.gelu_forward(y, x, s); break;
    case CK_FUNCTION_SILU: ref64.silu_forward(y, x, s); break;
    }
}

static void forward(composer *m, int32_t i) {
    const ck_node *node = &m->c->network->nodes[i];
    const ck_rows rows = rows_of(m, node);
    double *y = m->values[i] = zeros64(values_of(m, i));
    m->gradients[i] = zeros64(values_of(m, i));
    const double *x = node->input_count ? m->values[node->inputs[0]] : NULL;
    const double *w = parameter(m, node, CK_PARAMETER_WEIGHT), *bias = parameter(m, node, CK_PARAMETER_BIAS);
    switch (node->kind) {
    case CK_NODE_INPUT:
    case CK_NODE_WARPED_INPUT: input(m, node, y); break;
    case CK_NODE_CONV:
        m->winners[i] = guarded((size_t)values_of(m, i), 1);
        ref64.conv_forward(y, node->conv.pool ? m->winners[i] : NULL, x, w, bias, m->images, &node->conv, NULL);
        break;
    case CK_NODE_DENSE: ref64.dense_forward(y, x, w, bias, m->images, &node->dense); break;
    case CK_NODE_BATCH_NORM: batch_norm(m, node, y, x); break;
    case CK_NODE_LAYER_NORM:
        m->means[i] = zeros64(rows.rows), m->inverses[i] = zeros64(rows.rows);
        ref64.layer_norm_forward(y, m->means[i], m->inverses[i], x, w, bias, node->norm.epsilon, &rows);
        break;
    case CK_NODE_POOL: pool(m, node, y, x); break;
    case CK_NODE_GLOBAL_POOL: ref64.global_average_pool_forward(y, x, m->images, &node->pool.shape); break;
    case CK_NODE_FUNCTION: function(node, y, x, &rows); break;
    case CK_NODE_DROPOUT: dropout(m, node, y, x); break;
    case CK_NODE_ADD: ref64.add(y, x, m->values[node->inputs[1]], rows.rows * rows.stored); break;
    case CK_NODE_CONCATENATE:
        for (int32_t k = 0, offset = 0; k < node->input_count; k++) {
            const ck_form part = m->c->network->nodes[node->inputs[k]].form;
            const ck_concatenate s = {rows.rows, part.channels, part.stored, offset, rows.channels, rows.stored};
            ref64.concatenate_forward(y, m->values[node->inputs[k]], &s);
            offset += part.channels;
        }
        break;
    case CK_NODE_SOFTMAX: ref64.softmax_forward(y, x, &rows); break;
    case CK_NODE_LOG_SOFTMAX: ref64.log_softmax_forward(y, x, &rows); break;
    default: break;
    }
}

/* ----------------------------------------------------------------------- heads */

static void add_to(double *to, const double *more, double factor, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] += factor * more[i];
}

/* The targets of the images at hand, in stored form. */
static double *targets_of(const composer *m, const ck_node *node) {
    const ck_rows rows = ck_form_rows(node->form);
    const float *all = m->c->arrays[node->head.array];
    const int32_t *labels = m->c->arrays[node->head.array];
    double *targets = zeros64(m->images * rows.rows * rows.stored);
    if (node->kind == CK_NODE_CROSS_ENTROPY)
        for (int64_t n = 0; n < m->images; n++) targets[n * rows.stored + labels[m->indices[n]]] = 1;
    for (int64_t n = 0; n < m->images && node->kind != CK_NODE_CROSS_ENTROPY; n++)
        for (int64_t r = 0; r < rows.rows; r++)
            for (int32_t c = 0; c < rows.channels; c++)
                targets[(n * rows.rows + r) * rows.stored + c] =
                    (double)all[(m->indices[n] * rows.rows + r) * rows.channels + c];
    if (mixes(m)) mix(m, targets, rows.rows * rows.stored);
    return targets;
}

/* The gradient of the whole is divided by the weight of the whole, so it is formed with a factor of 1 first. */
static void entropy(composer *m, const ck_node *node, double *dx, const double *x) {
    const ck_cross_entropy s = {rows_of(m, node), node->head.smoothing, 1, node->head.ignore_label};
    const bool soft = node->kind == CK_NODE_SOFT_CROSS_ENTROPY || mixes(m);
    int32_t labels[LARGEST_BATCH];
    const int32_t *all = m->c->arrays[node->head.array];
    for (int32_t n = 0; !soft && n < m->images; n++) labels[n] = all[m->indices[n]];
    ck_loss loss = {0, 0};
    ref64.cross_entropy(&loss, dx, x, soft ? NULL : labels, soft ? targets_of(m, node) : NULL, parameter(m, node, 0),
                        &s);
    m->out.sums[node->head.report] = loss.sum, m->out.weights[node->head.report] = loss.weight;
    add_to(m->gradients[node->inputs[0]], dx, (double)node->head.weight * (double)m->step->loss_scale / loss.weight,
           s.rows.rows * s.rows.stored);
}

static void distance(composer *m, const ck_node *node, double *dx, const double *x) {
    const ck_rows rows = rows_of(m, node);
    const double *targets = targets_of(m, node);
    ck_loss loss = {0, 0};
    if (node->head.distance == CK_MEAN_ABSOLUTE) ref64.mean_absolute_error(&loss, dx, x, targets, 1, &rows);
    else if (node->head.distance == CK_BINARY_CROSS_ENTROPY)
        ref64.binary_cross_entropy(&loss, dx, x, targets, 1, &rows);
    else ref64.mean_squared_error(&loss, dx, x, targets, 1, &rows);
    m->out.sums[node->head.report] = loss.sum, m->out.weights[node->head.report] = loss.weight;
    double factor = (double)node->head.weight * (double)m->step->loss_scale / loss.weight;
    if (node->head.distance == CK_ROOT_MEAN_SQUARED) factor /= 2 * sqrt(loss.sum / loss.weight);
    add_to(m->gradients[node->inputs[0]], dx, factor, rows.rows * rows.stored);
}

static void count(composer *m, const ck_node *node, const double *x) {
    const int32_t *labels = m->c->arrays[node->head.array];
    for (int32_t n = 0; n < m->images; n++) {
        const int32_t label = labels[m->indices[n]];
        int32_t best = 0;
        for (int32_t c = 1; c < node->form.channels; c++)
            if (x[n * node->form.stored + c] > x[n * node->form.stored + best]) best = c;
        if (label == node->head.ignore_label) continue;
        m->out.sums[node->head.report] += best == label, m->out.weights[node->head.report] += 1;
    }
}

static void result(composer *m, const ck_node *node, const double *x) {
    const ck_rows rows = rows_of(m, node);
    double *to = m->out.results[node->head.array] = zeros64(rows.rows * rows.channels);
    for (int64_t r = 0; r < rows.rows; r++)
        for (int32_t c = 0; c < rows.channels; c++) to[r * rows.channels + c] = x[r * rows.stored + c];
}

static void head(composer *m, const ck_node *node) {
    const double *x = m->values[node->inputs[0]];
    double *dx = zeros64(values_of(m, node->inputs[0]));
    switch (node->kind) {
    case CK_NODE_CROSS_ENTROPY:
    case CK_NODE_SOFT_CROSS_ENTROPY: entropy(m, node, dx, x); break;
    case CK_NODE_DISTANCE: distance(m, node, dx, x); break;
    case CK_NODE_COUNT: count(m, node, x); break;
    case CK_NODE_RESULT: result(m, node, x); break;
    default: break;
    }
}

/* -------------------------------------------------------------------- backward */

static void batch_norm_backward(composer *m, const ck_node *node, double *dx, const double *dy, const double *x) {
    const ck_rows s = rows_of(m, node);
    const size_t i = (size_t)(node - m->c->network->nodes);
    const double n = (double)s.rows, *mean = m->means[i], *inverse = m->inverses[i],
                 *gamma = parameter(m, node, CK_PARAMETER_GAMMA);
    for (int32_t c = 0; c < s.channels; c++) {
        double sum = 0, sum_x = 0;
        for (int64_t r = 0; r < s.rows; r++)
            sum += dy[r * s.stored + c], sum_x += dy[r * s.stored + c] * (x[r * s.stored + c] - mean[c]) * inverse[c];
        for (int64_t r = 0; r < s.rows; r++) {
            const double h = (x[r * s.stored + c] - mean[c]) * inverse[c];
            dx[r * s.stored + c] =
                gamma[c] * inverse[c] * (dy[r * s.stored + c] - (is_trained(node) ? sum / n + h * sum_x / n : 0));
        }
        if (is_trained(node))
            gradient_of(m, node, CK_PARAMETER_GAMMA)[c] += sum_x, gradient_of(m, node, CK_PARAMETER_BETA)[c] += sum;
    }
}

static void function_backward(const ck_node *node, double *dx, const double *dy, const double *y, const double *x,
                              const ck_rows *s) {
    switch (node->function.kind) {
    case CK_FUNCTION_RELU: ref64.relu_backward(dx, dy, y, s); break;
    case CK_FUNCTION_LEAKY_RELU: ref64.leaky_relu_backward(dx, dy, x, node->function.slope, s); break;
    case CK_FUNCTION_SIGMOID: ref64.sigmoid_backward(dx, dy, y, s); break;
    case CK_FUNCTION_TANH: ref64.tanh_backward(dx, dy, y, s); break;
    case CK_FUNCTION_GELU: ref64.gelu_backward(dx, dy, x, s); break;
    case CK_FUNCTION_SILU: ref64.silu_backward(dx, dy, x, s); break;
    }
}

/* dy before an activation that follows the layer. */
static void before_activation(double *dy, const double *y, int32_t activation, float slope, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        if (activation == CK_RELU && y[i] <= 0) dy[i] = 0;
        if (activation == CK_LEAKY_RELU && y[i] < 0) dy[i] *= (double)slope;
    }
}

static void backward(composer *m, int32_t i) {
    const ck_network *net = m->c->network;
    const ck_node *node = &net->nodes[i];
    if (!node->input_count || node->kind >= CK_NODE_CROSS_ENTROPY) return;
    const ck_rows rows = rows_of(m, node);
    const int32_t from = node->inputs[0];
    double *dy = m->gradients[i], *dx = zeros64(values_of(m, from)), *dw = gradient_of(m, node, CK_PARAMETER_WEIGHT),
           *dbias = gradient_of(m, node, CK_PARAMETER_BIAS);
    const double *x = m->values[from], *y = m->values[i], *w = parameter(m, node, CK_PARAMETER_WEIGHT);
    switch (node->kind) {
    case CK_NODE_CONV:
        if (!node->conv.pool) before_activation(dy, y, node->conv.activation, node->conv.slope, values_of(m, i));
        if (is_trained(node)) ref64.conv_backward_weight(dw, dbias, x, dy, m->winners[i], m->images, &node->conv, NULL);
        ref64.conv_backward_input(dx, dy, m->winners[i], w, m->images, &node->conv, NULL);
        break;
    case CK_NODE_DENSE:
        before_activation(dy, y, node->dense.activation, node->dense.slope, values_of(m, i));
        if (is_trained(node))
            ref64.dense_backward_weight(dw, x, dy, m->images, 0, node->dense.in_stored, &node->dense, NULL);
        if (is_trained(node) && dbias) ref64.bias_backward(dbias, dy, &rows);
        ref64.dense_backward_input(dx, dy, w, m->images, &node->dense);
        break;
    case CK_NODE_BATCH_NORM:
        before_activation(dy, y, node->norm.relu ? CK_RELU : CK_IDENTITY, 0, values_of(m, i));
        batch_norm_backward(m, node, dx, dy, x);
        break;
    case CK_NODE_LAYER_NORM: {
        double *unused = zeros64(2 * rows.stored);
        ref64.layer_norm_backward(dx, is_trained(node) ? dw : unused, is_trained(node) ? dbias : unused + rows.stored,
                                  dy, x, m->means[i], m->inverses[i], w, &rows);
        break;
    }
    case CK_NODE_POOL:
        if (node->pool.kind == CK_AVERAGE_POOL) ref64.average_pool_backward(dx, dy, m->images, &node->pool.shape);
        else ref64.max_pool_backward(dx, dy, m->winners[i], m->images, &node->pool.shape);
        break;
    case CK_NODE_GLOBAL_POOL: ref64.global_average_pool_backward(dx, dy, m->images, &node->pool.shape); break;
    case CK_NODE_FUNCTION: function_backward(node, dx, dy, y, x, &rows); break;
    case CK_NODE_DROPOUT: dropout(m, node, dx, dy); break;
    case CK_NODE_ADD:
        memcpy(dx, dy, sizeof *dx * (size_t)values_of(m, i));
        add_to(m->gradients[node->inputs[1]], dy, 1, values_of(m, i));
        break;
    case CK_NODE_CONCATENATE:
        for (int32_t k = 0, offset = 0; k < node->input_count; k++) {
            const ck_form part = net->nodes[node->inputs[k]].form;
            const ck_concatenate s = {rows.rows, part.channels, part.stored, offset, rows.channels, rows.stored};
            double *d = zeros64(values_of(m, node->inputs[k]));
            ref64.concatenate_backward(d, dy, &s);
            add_to(m->gradients[node->inputs[k]], d, 1, values_of(m, node->inputs[k]));
            offset += part.channels;
        }
        return;
    case CK_NODE_SOFTMAX: ref64.softmax_backward(dx, dy, y, &rows); break;
    case CK_NODE_LOG_SOFTMAX: ref64.log_softmax_backward(dx, dy, y, &rows); break;
    default: break;
    }
    add_to(m->gradients[from], dx, 1, values_of(m, from));
}

composed compose(const plan_case *c, const double *parameters, const ck_step *step, const int64_t *indices,
                 int32_t images, bool training) {
    const ck_network *net = c->network;
    composer m = {
        .c = c, .parameters = parameters, .step = step, .indices = indices, .images = images, .training = training};
    m.out.gradients = zeros64((int64_t)(net->parameter_bytes / sizeof(float)));
    expect(net->count <= 64, "compose: expected at most 64 nodes");
    for (int32_t i = 0; i < net->count; i++) {
        if (net->nodes[i].kind < CK_NODE_CROSS_ENTROPY) forward(&m, i);
        else head(&m, &net->nodes[i]);
    }
    for (int32_t i = net->count - 1; training && i >= 0; i--) backward(&m, i);
    return m.out;
}

/* weights.c - the parameters in a model image: sections WGHT and SCAL. */
#include "model.h"

ck_weight_form ck_form_in_bytes(const ck_parameter *p) {
    return p->kind == CK_WEIGHT && (int64_t)p->outer * p->inputs >= CK_LEAST_OF_A_SCALE ? CK_AS_BYTES : CK_AS_FLOATS;
}

static int64_t values_of(const ck_parameter *p) { return (int64_t)p->outer * p->inputs * p->outputs; }

/* Each parameter, and the scales of each, begin at a multiple of 64. */
static uint64_t room_of(const ck_parameter *p, ck_weight_form form) {
    return (uint64_t)ck_round_up(values_of(p) * (form == CK_AS_BYTES ? 1 : (int64_t)sizeof(float)), 64);
}
static uint64_t scales_room(const ck_parameter *p) {
    return (uint64_t)ck_round_up(p->outputs * (int64_t)sizeof(float), 64);
}
/* Section SCAL begins with the form of each parameter. */
static uint64_t forms_room(const ck_plan *plan) {
    return (uint64_t)ck_round_up((int64_t)(plan->header.parameters * sizeof(uint32_t)), 64);
}

void ck_weights_sizes(const ck_plan *plan, bool in_bytes, uint64_t *weights, uint64_t *scales) {
    bool any = false;
    *weights = 0, *scales = forms_room(plan);
    for (uint32_t i = 0; i < plan->header.parameters; i++) {
        const ck_parameter *p = &plan->parameters[i];
        const ck_weight_form form = in_bytes ? ck_form_in_bytes(p) : CK_AS_FLOATS;
        *weights += room_of(p, form);
        if (form == CK_AS_BYTES) *scales += scales_room(p), any = true;
    }
    if (!any) *scales = 0;
}

/* -------------------------------------------------------------------- writing */

/* From [output][outer][stored input] to the order of a file, without the padding. */
static void write_bytes(char *to, const int8_t *q, const ck_parameter *p) {
    for (int64_t o = 0; o < p->outer; o++)
        for (int64_t i = 0; i < p->inputs; i++)
            for (int64_t c = 0; c < p->outputs; c++)
                *to++ = (char)q[(c * p->outer + o) * p->inputs_stored + i];
}

static ck_status quantise(char *weights, char *scales, const float *parameters, const ck_parameter *p) {
    const ck_kernels *kernels = ck_kernels_get(NULL);
    if (!kernels) return CK_ERROR_ISA;
    const int64_t inputs = (int64_t)p->outer * p->inputs_stored;
    const size_t scales_at = (size_t)ck_round_up(inputs * p->outputs_stored, 64);
    int8_t *q = ck_allocate(scales_at + sizeof(float) * (size_t)p->outputs_stored);
    if (!q) return ck_fail(CK_ERROR_MEMORY, "ck_model_write: no memory");
    float *found = (float *)(void *)(q + scales_at);
    kernels->quantise_weights(q, found, parameters + p->offset / sizeof(float), (int32_t)inputs, p->outputs_stored);
    write_bytes(weights, q, p);
    memcpy(scales, found, sizeof(float) * (size_t)p->outputs);
    ck_free(q);
    return CK_OK;
}

ck_status ck_weights_write(char *weights, char *scales, const float *parameters, const ck_plan *plan) {
    char *next = scales ? scales + forms_room(plan) : NULL;
    ck_status status = CK_OK;
    for (uint32_t i = 0; status == CK_OK && i < plan->header.parameters; i++) {
        const ck_parameter *p = &plan->parameters[i];
        const ck_weight_form form = scales ? ck_form_in_bytes(p) : CK_AS_FLOATS;
        if (form == CK_AS_FLOATS) {
            ck_parameter_load((float *)(void *)weights, parameters, p);
        } else {
            const uint32_t said = form;
            memcpy(scales + i * sizeof said, &said, sizeof said);
            status = quantise(weights, next, parameters, p);
            next += scales_room(p);
        }
        weights += room_of(p, form);
    }
    return status;
}

/* -------------------------------------------------------------------- reading */

static ck_status check_size(const char *tag, size_t found, uint64_t expected) {
    if (found == expected) return CK_OK;
    return ck_fail(CK_ERROR_FORMAT,
                   "model image: section %s: expected %llu bytes, for the plan's parameters, found %zu", tag,
                   (unsigned long long)expected, found);
}

static ck_weight_form form_of(const ck_image *image, uint32_t i) {
    const uint32_t *forms = (const uint32_t *)(const void *)image->sections[CK_SCALES].data;
    return forms && forms[i] == CK_AS_BYTES ? CK_AS_BYTES : CK_AS_FLOATS;
}

static ck_status check_forms(const ck_image *image, const ck_plan *plan) {
    const ck_section_bytes *scales = &image->sections[CK_SCALES];
    if (!scales->data) return CK_OK;
    if (scales->size < forms_room(plan)) return check_size("SCAL", scales->size, forms_room(plan));
    const uint32_t *forms = (const uint32_t *)(const void *)scales->data;
    uint64_t expected = forms_room(plan);
    for (uint32_t i = 0; i < plan->header.parameters; i++) {
        if (forms[i] > CK_AS_BYTES)
            return ck_fail(CK_ERROR_FORMAT,
                           "model image: section SCAL: parameter %u \"%s\": expected 0 (floats) or 1 (bytes), found %u",
                           i, plan->parameters[i].name, forms[i]);
        if (forms[i] == CK_AS_BYTES) expected += scales_room(&plan->parameters[i]);
    }
    return check_size("SCAL", scales->size, expected);
}

/* So large that no product with a byte overflows, and more than any weight needs. */
static ck_status check_scales(const float *scales, const ck_parameter *p) {
    for (int32_t c = 0; c < p->outputs; c++)
        if (!(scales[c] >= 0 && scales[c] <= 1e30f))
            return ck_fail(CK_ERROR_FORMAT,
                           "model image: section SCAL: scale %d of \"%s\": expected 0 to 1e30, found %g", c, p->name,
                           (double)scales[c]);
    return CK_OK;
}

static void read_bytes(float *parameters, const char *weights, const float *scales, const ck_parameter *p) {
    float *to = parameters + p->offset / sizeof(float);
    for (int64_t o = 0; o < p->outer; o++, to += (int64_t)p->inputs_stored * p->outputs_stored)
        for (int64_t i = 0; i < p->inputs; i++, weights += p->outputs)
            for (int64_t c = 0; c < p->outputs; c++)
                to[i * p->outputs_stored + c] = (float)(int8_t)weights[c] * scales[c];
}

ck_status ck_weights_read(float *parameters, const ck_image *image, const ck_plan *plan) {
    ck_status status = check_forms(image, plan);
    if (status != CK_OK) return status;
    uint64_t expected = 0;
    for (uint32_t i = 0; i < plan->header.parameters; i++)
        expected += room_of(&plan->parameters[i], form_of(image, i));
    if ((status = check_size("WGHT", image->sections[CK_WEIGHTS].size, expected)) != CK_OK) return status;
    memset(parameters, 0, (size_t)plan->header.parameter_bytes);
    const char *weights = image->sections[CK_WEIGHTS].data, *scales = image->sections[CK_SCALES].data;
    if (scales) scales += forms_room(plan);
    for (uint32_t i = 0; i < plan->header.parameters; i++) {
        const ck_parameter *p = &plan->parameters[i];
        const ck_weight_form form = form_of(image, i);
        if (form == CK_AS_FLOATS) {
            ck_parameter_store(parameters, (const float *)(const void *)weights, p);
        } else {
            const float *its = (const float *)(const void *)scales;
            if ((status = check_scales(its, p)) != CK_OK) return status;
            read_bytes(parameters, weights, its, p);
            scales += scales_room(p);
        }
        weights += room_of(p, form);
    }
    return CK_OK;
}

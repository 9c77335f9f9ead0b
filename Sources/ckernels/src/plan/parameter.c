/* parameter.c - a parameter between a file's plain numbers and the padded form in memory. */
#include "plan.h"

void ck_parameter_store(float *parameters, const float *plain, const ck_parameter *p) {
    float *to = parameters + p->offset / sizeof(float);
    memset(to, 0, sizeof(float) * (size_t)p->outer * (size_t)p->inputs_stored * (size_t)p->outputs_stored);
    for (int64_t o = 0; o < p->outer; o++, to += (int64_t)p->inputs_stored * p->outputs_stored)
        for (int64_t i = 0; i < p->inputs; i++, plain += p->outputs)
            memcpy(to + i * p->outputs_stored, plain, sizeof(float) * (size_t)p->outputs);
}

void ck_parameter_load(float *plain, const float *parameters, const ck_parameter *p) {
    const float *from = parameters + p->offset / sizeof(float);
    for (int64_t o = 0; o < p->outer; o++, from += (int64_t)p->inputs_stored * p->outputs_stored)
        for (int64_t i = 0; i < p->inputs; i++, plain += p->outputs)
            memcpy(plain, from + i * p->outputs_stored, sizeof(float) * (size_t)p->outputs);
}

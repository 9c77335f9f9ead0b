/* write.c - the bytes of a model image. */
#include "model.h"

/* Sections as they will lie; `data` where one piece of memory is all there is to copy. */
typedef struct draft {
    ck_image_section table[CK_KNOWN_SECTIONS];
    ck_known_section section[CK_KNOWN_SECTIONS];
    const void *data[CK_KNOWN_SECTIONS];
    uint32_t count;
    uint64_t bytes;
} draft;

static void add(draft *d, ck_known_section section, const void *data, uint64_t size) {
    ck_image_section *s = &d->table[d->count];
    memset(s, 0, sizeof *s);
    memcpy(s->tag, ck_section_tags[section], sizeof s->tag);
    s->critical = section <= CK_SCALES, s->size = size;
    d->section[d->count] = section, d->data[d->count++] = data;
}

static void place(draft *d) {
    uint64_t offset = sizeof(ck_image_header) + d->count * sizeof(ck_image_section);
    for (uint32_t i = 0; i < d->count; i++) {
        d->table[i].offset = (uint64_t)ck_round_up((int64_t)offset, 64);
        offset = d->table[i].offset + d->table[i].size;
    }
    d->bytes = (uint64_t)ck_round_up((int64_t)offset, 64);
}

static ck_status check_content(const ck_model_content *c) {
    if (!c->plan || !c->parameters)
        return ck_fail(CK_ERROR_NULL, "ck_model_write: %s: expected a pointer, found NULL",
                       c->plan ? "parameters" : "plan");
    if (c->classes < 0 || c->classes > CK_MOST_CLASSES || (c->classes && !c->class_names))
        return ck_fail(CK_ERROR_OPTION, "ck_model_write: classes: expected 0 to %d names, found %d", CK_MOST_CLASSES,
                       c->class_names ? c->classes : 0);
    for (int32_t i = 0; i < c->classes; i++)
        if (!c->class_names[i])
            return ck_fail(CK_ERROR_NULL, "ck_model_write: class name %d: expected a pointer, found NULL", i);
    if (!(c->temperature >= 0 && c->temperature <= 1e6f))
        return ck_fail(CK_ERROR_OPTION, "ck_model_write: temperature: expected 0 or more, found %g",
                       (double)c->temperature);
    return CK_OK;
}

static ck_status describe(ck_image_info *info, const ck_plan *plan, const ck_model_content *c) {
    ck_suit suit;
    ck_status status = ck_plan_suits(plan, &suit);
    if (status != CK_OK) return status;
    memset(info, 0, sizeof *info);
    info->height = c->height ? c->height : suit.height, info->width = c->width ? c->width : suit.width;
    info->channels = suit.channels, info->type = (int32_t)plan->arrays[suit.input].type;
    info->results = (int32_t)plan->arrays[suit.result].values, info->classes = c->classes,
    info->temperature = c->temperature;
    memcpy(info->scale, suit.scale, sizeof info->scale), memcpy(info->shift, suit.shift, sizeof info->shift);
    if (c->classes && c->classes != info->results)
        return ck_fail(CK_ERROR_OPTION,
                       "ck_model_write: classes: expected as many names as there are results, %d, found %d",
                       info->results, c->classes);
    return ck_check_picture(plan, &suit, info->height, info->width);
}

static size_t text_size(const char *text) { return text && text[0] ? strlen(text) + 1 : 0; }

static size_t names_size(const ck_model_content *c) {
    size_t size = 0;
    for (int32_t i = 0; i < c->classes; i++) size += strlen(c->class_names[i]) + 1;
    return size;
}

static ck_status outline(draft *d, const ck_plan *plan, const ck_model_content *c, const ck_image_info *info) {
    const struct {
        ck_known_section section;
        const char *text;
    } texts[] = {{CK_NAME, c->name}, {CK_LICENCE, c->licence}, {CK_ORIGIN, c->origin}};
    uint64_t weights, scales;
    ck_weights_sizes(plan, c->weights_in_bytes != 0, &weights, &scales);
    memset(d, 0, sizeof *d);
    add(d, CK_INFO, info, sizeof *info);
    add(d, CK_PLAN, c->plan, c->plan_bytes);
    add(d, CK_WEIGHTS, NULL, weights);
    if (scales) add(d, CK_SCALES, NULL, scales);
    if (c->classes) add(d, CK_CLASSES, NULL, names_size(c));
    for (int i = 0; i < 3; i++)
        if (text_size(texts[i].text)) add(d, texts[i].section, texts[i].text, text_size(texts[i].text));
    for (uint32_t i = 0; i < d->count; i++)
        if (d->section[i] >= CK_CLASSES && d->table[i].size > CK_MOST_TEXT)
            return ck_fail(CK_ERROR_SIZE, "ck_model_write: texts: expected at most %d bytes each, found %llu",
                           CK_MOST_TEXT, (unsigned long long)d->table[i].size);
    place(d);
    return CK_OK;
}

static void write_names(char *to, const ck_model_content *c) {
    for (int32_t k = 0; k < c->classes; k++) {
        const size_t length = strlen(c->class_names[k]) + 1;
        memcpy(to, c->class_names[k], length);
        to += length;
    }
}

static ck_status fill(const draft *d, const ck_plan *plan, const ck_model_content *c, char *bytes) {
    ck_image_header h = {
        .magic = {'C', 'K', 'M', 'O', 'D', 'E', 'L', '\n'}, .major = 1, .sections = d->count, .bytes = d->bytes};
    char *weights = NULL, *scales = NULL;
    memset(bytes, 0, (size_t)d->bytes);
    memcpy(bytes + sizeof h, d->table, d->count * sizeof d->table[0]);
    for (uint32_t i = 0; i < d->count; i++) {
        char *to = bytes + d->table[i].offset;
        if (d->data[i]) memcpy(to, d->data[i], (size_t)d->table[i].size);
        else if (d->section[i] == CK_WEIGHTS) weights = to;
        else if (d->section[i] == CK_SCALES) scales = to, h.minor = 1;
        else write_names(to, c);
    }
    const ck_status status = ck_weights_write(weights, scales, c->parameters, plan);
    h.checksum = ck_checksum(bytes + sizeof h, (size_t)d->bytes - sizeof h);
    memcpy(bytes, &h, sizeof h);
    return status;
}

ck_status ck_model_write(const ck_model_content *content, void *bytes, size_t capacity, size_t *size) {
    if (!content || !size)
        return ck_fail(CK_ERROR_NULL, "ck_model_write: %s: expected a pointer, found NULL",
                       content ? "size" : "content");
    *size = 0;
    ck_plan *plan = NULL;
    ck_image_info info;
    draft d;
    ck_status status = check_content(content);
    if (status == CK_OK) status = ck_plan_create(&plan, content->plan, content->plan_bytes);
    if (status == CK_OK) status = describe(&info, plan, content);
    if (status == CK_OK) status = outline(&d, plan, content, &info);
    if (status == CK_OK) {
        *size = (size_t)d.bytes;
        if (bytes && capacity < *size)
            status =
                ck_fail(CK_ERROR_BUFFER, "ck_model_write: bytes: expected room for %zu, found %zu", *size, capacity);
        else if (bytes && (uintptr_t)bytes % sizeof(float))
            status = ck_fail(CK_ERROR_BUFFER,
                             "ck_model_write: bytes: expected an address that is a multiple of 4, found %p", bytes);
        else if (bytes) status = fill(&d, plan, content, bytes);
    }
    ck_plan_destroy(plan);
    return status;
}

/* open.c - from bytes or a file to a model that can be run. */
#if defined(__linux__) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#if defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)
#define _DARWIN_C_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model.h"

/* ------------------------------------------------------------------ from memory */

static ck_status no_memory(void) { return ck_fail(CK_ERROR_MEMORY, "model image: no memory"); }

/* The file agrees with its plan. */
static ck_status check_info(const ck_image *image, const ck_model *model) {
    const ck_image_info *info = &image->info;
    const ck_array *input = &model->plan->arrays[model->suit.input], *result = &model->plan->arrays[model->suit.result];
    if (info->channels != model->suit.channels || info->type != (int32_t)input->type || info->results != result->values)
        return ck_fail(CK_ERROR_FORMAT,
                       "model image: section INFO: expected %d channels of type %u and %lld results, as in the plan, "
                       "found %d of type %d and %d",
                       model->suit.channels, input->type, (long long)result->values, info->channels, info->type,
                       info->results);
    if (memcmp(info->scale, model->suit.scale, sizeof info->scale) != 0 ||
        memcmp(info->shift, model->suit.shift, sizeof info->shift) != 0)
        return ck_fail(CK_ERROR_FORMAT,
                       "model image: section INFO: expected the plan's own standardisation, found another");
    return ck_check_picture(model->plan, &model->suit, info->height, info->width);
}

/* What packing needs, and what is needed after it: often a hundredth. */
static ck_status prepare(ck_model *model, const ck_image *image) {
    const ck_plan *plan = model->plan;
    const size_t kept = (size_t)plan->parameter_reach[CK_COMPUTE];
    float *parameters = ck_allocate(plan->header.parameter_bytes ? (size_t)plan->header.parameter_bytes : 64);
    void *arena = ck_allocate(ck_plan_arena_bytes(plan, 1) + 64);
    model->shared = ck_allocate((size_t)plan->header.shared_bytes + 64);
    model->parameters = ck_allocate(kept + 64);
    ck_status status =
        parameters && arena && model->shared && model->parameters ? ck_weights_read(parameters, image, plan) : no_memory();
    if (status == CK_OK) {
        memset(model->shared, 0, (size_t)plan->header.shared_bytes);
        memcpy(model->parameters, parameters, kept);
        ck_run run = ck_run_make();
        run.kernels = model->kernels, run.phases = CK_PREPARE, run.threads = 1;
        run.parameters = parameters, run.shared = model->shared, run.arena = arena,
        run.arena_bytes = ck_plan_arena_bytes(plan, 1);
        status = ck_plan_run(plan, &run);
    }
    ck_free(parameters), ck_free(arena);
    return status;
}

static const char *copy_text(char **to, const ck_section_bytes *from) {
    char *text = *to;
    if (from->data) memcpy(text, from->data, from->size);
    else text[0] = 0;
    *to += from->data ? from->size : 1;
    return text;
}

static ck_status describe(ck_model *model, const ck_image *image) {
    const ck_section_bytes *s = image->sections;
    model->text = ck_allocate(s[CK_NAME].size + s[CK_LICENCE].size + s[CK_ORIGIN].size + s[CK_CLASSES].size + 64);
    model->class_names = ck_allocate(sizeof *model->class_names * (size_t)(image->info.classes + 1));
    if (!model->text || !model->class_names) return no_memory();
    char *to = model->text;
    ck_model_about *a = &model->about;
    a->name = copy_text(&to, &s[CK_NAME]), a->licence = copy_text(&to, &s[CK_LICENCE]),
    a->origin = copy_text(&to, &s[CK_ORIGIN]);
    const char *names = copy_text(&to, &s[CK_CLASSES]);
    for (int32_t i = 0; i < image->info.classes; i++, names += strlen(names) + 1) model->class_names[i] = names;
    a->height = image->info.height, a->width = image->info.width, a->channels = image->info.channels,
    a->type = (ck_array_type)image->info.type;
    memcpy(a->scale, image->info.scale, sizeof a->scale), memcpy(a->shift, image->info.shift, sizeof a->shift);
    a->results = image->info.results, a->classes = image->info.classes, a->temperature = image->info.temperature,
    a->batch = model->plan->header.batch;
    a->weights_in_bytes = s[CK_SCALES].data != NULL;
    for (uint32_t i = 0; i < model->plan->header.parameters; i++) {
        const ck_parameter *p = &model->plan->parameters[i];
        a->parameter_count += (size_t)p->outer * (size_t)p->inputs * (size_t)p->outputs;
    }
    return CK_OK;
}

static ck_status open_image(ck_model *model, const void *bytes, size_t size) {
    ck_image image;
    ck_status status = ck_image_read(&image, bytes, size);
    if (status == CK_OK && !(model->kernels = ck_kernels_get(NULL))) status = CK_ERROR_ISA;
    if (status == CK_OK)
        status = ck_plan_create(&model->plan, image.sections[CK_PLAN].data, image.sections[CK_PLAN].size);
    if (status == CK_OK) status = ck_plan_suits(model->plan, &model->suit);
    if (status == CK_OK) status = check_info(&image, model);
    if (status == CK_OK) status = describe(model, &image);
    return status == CK_OK ? prepare(model, &image) : status;
}

ck_status ck_model_open_memory(ck_model **model, const void *bytes, size_t size) {
    if (!model) return ck_fail(CK_ERROR_NULL, "ck_model_open_memory: model: expected a pointer, found NULL");
    *model = NULL;
    if (!bytes) return ck_fail(CK_ERROR_NULL, "ck_model_open_memory: bytes: expected a pointer, found NULL");
    if ((uintptr_t)bytes % 64)
        return ck_fail(CK_ERROR_BUFFER,
                       "ck_model_open_memory: bytes: expected an address that is a multiple of 64, found %p", bytes);
    ck_model *made = ck_allocate(sizeof *made);
    if (!made) return no_memory();
    memset(made, 0, sizeof *made);
    const ck_status status = open_image(made, bytes, size);
    if (status == CK_OK) *model = made;
    else ck_model_close(made);
    return status;
}

void ck_model_close(ck_model *model) {
    if (!model) return;
    ck_plan_destroy(model->plan);
    ck_free(model->parameters), ck_free(model->shared), ck_free(model->text), ck_free(model->class_names);
    ck_free(model);
}

/* ----------------------------------------------------------------- from a file */

/* The failure with the file's name before it. */
static ck_status of_file(ck_status status, const char *path) {
    char text[384];
    snprintf(text, sizeof text, "%s", ck_error_message());
    return ck_fail(status, "%.120s: %s", path, text);
}

static ck_status file_failed(const char *path, const char *what, int error) {
    return ck_fail(CK_ERROR_FILE, "%.300s: %s: %s", path, what, strerror(error));
}

static ck_status read_all(int file, char *to, size_t size, const char *path) {
    for (size_t at = 0; at < size;) {
        const ssize_t count = read(file, to + at, size - at);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_failed(path, "reading", errno);
        if (count == 0)
            return ck_fail(CK_ERROR_FILE, "%.300s: expected %zu bytes, found %zu: it became shorter while it was read",
                           path, size, at);
        at += (size_t)count;
    }
    return CK_OK;
}

static ck_status open_read(ck_model **model, int file, size_t size, const char *path) {
    char *bytes = ck_allocate(size ? size : 1);
    if (!bytes) return ck_fail(CK_ERROR_MEMORY, "%.300s: no memory for %zu bytes", path, size);
    ck_status status = read_all(file, bytes, size, path);
    if (status == CK_OK && (status = ck_model_open_memory(model, bytes, size)) != CK_OK) status = of_file(status, path);
    ck_free(bytes);
    return status;
}

static ck_status open_mapped(ck_model **model, int file, size_t size, const char *path) {
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED) return file_failed(path, "mapping", errno);
    ck_status status = ck_model_open_memory(model, bytes, size);
    if (status != CK_OK) status = of_file(status, path);
    munmap(bytes, size);
    return status;
}

ck_status ck_model_open(ck_model **model, const char *path, uint32_t flags) {
    if (!model) return ck_fail(CK_ERROR_NULL, "ck_model_open: model: expected a pointer, found NULL");
    *model = NULL;
    if (!path) return ck_fail(CK_ERROR_NULL, "ck_model_open: path: expected a pointer, found NULL");
    if (flags & ~(uint32_t)CK_MODEL_MAP)
        return ck_fail(CK_ERROR_OPTION, "ck_model_open: flags: expected CK_MODEL_MAP or 0, found %u", flags);
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer would wait for ever */
    if (file < 0) return file_failed(path, "opening", errno);
    struct stat about;
    ck_status status;
    if (fstat(file, &about) != 0) status = file_failed(path, "asking for its size", errno);
    else if (!S_ISREG(about.st_mode))
        status = ck_fail(CK_ERROR_FILE, "%.300s: expected a regular file, found a folder, pipe or device", path);
    else if (flags & CK_MODEL_MAP && about.st_size > 0) status = open_mapped(model, file, (size_t)about.st_size, path);
    else status = open_read(model, file, (size_t)about.st_size, path);
    close(file);
    return status;
}

const ck_model_about *ck_model_describe(const ck_model *model) { return model ? &model->about : NULL; }

const char *ck_model_class(const ck_model *model, int32_t i) {
    return model && i >= 0 && i < model->about.classes ? model->class_names[i] : NULL;
}

/* test_model.c - model images: written, read back, run from many threads, damaged. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/model.h"
#include "plan_cases.h"

enum { IMAGES = 24 };

/* How the weights lie in the file, and what the plan computes in. */
typedef enum form { FLOATS, BYTES, INTEGERS, FORMS } form;

typedef struct image {
    plan_case c;
    form form;
    void *plan;
    size_t plan_bytes, size;
    char *bytes; /* NULL: this network cannot be a model */
    int32_t result;
} image;

static const char *const ten_names[] = {"zero", "one", "two",   "three", "four",
                                        "five", "six", "seven", "eight", "n\303\266yn"};

static int32_t count_arrays(const ck_network *net, bool result) {
    int32_t count = 0;
    for (int32_t i = 0; i < net->array_count; i++)
        count += result ? net->arrays[i].result != 0
                        : !net->arrays[i].result &&
                              (net->arrays[i].type == CK_BYTES || strncmp(net->arrays[i].name, "input", 5) == 0);
    return count;
}

static ck_model_content content_of(const image *m) {
    ck_model_content content = {.plan = m->plan,
                                .plan_bytes = m->plan_bytes,
                                .parameters = m->c.parameters,
                                .name = "test",
                                .licence = "MIT",
                                .temperature = 1.5f,
                                .weights_in_bytes = m->form != FLOATS};
    const ck_array *input = &m->c.network->arrays[0];
    content.height = content.width = 12;
    if (strcmp(m->c.net->name, "warped") == 0 || strcmp(m->c.net->name, "augmented") == 0) content.height = 10;
    if (strcmp(m->c.net->name, "raw_dense") == 0) content.height = content.width = 4;
    (void)input;
    if (m->c.network->arrays[m->result].values == 10) content.class_names = ten_names, content.classes = 10;
    return content;
}

static image begin_image_in(const plan_net *net, const char *what, int32_t batch, form form) {
    image m = {.c = begin_plan(net, "%s, form %d", what, (int)form), .form = form};
    m.c.integers = form == INTEGERS;
    expect_ok(
        ck_network_plan(m.c.network, &(ck_plan_options){.purpose = CK_PREDICT, .batch = batch}, &m.plan, &m.plan_bytes),
        "ck_network_plan");
    if (m.c.integers) in_integers(m.plan);
    while (!m.c.network->arrays[m.result].result) m.result++;
    const ck_model_content content = content_of(&m);
    const bool suits = count_arrays(m.c.network, true) == 1 && count_arrays(m.c.network, false) == 1;
    const ck_status status = ck_model_write(&content, NULL, 0, &m.size);
    expect((status == CK_OK) == suits, "ck_model_write: expected %s, found %d: %s", suits ? "a size" : "a failure",
           (int)status, ck_error_message());
    if (status != CK_OK) return m;
    m.bytes = guarded(m.size, 64);
    expect(ck_model_write(&content, m.bytes, m.size - 64, &m.size) == CK_ERROR_BUFFER, "expected CK_ERROR_BUFFER");
    expect_ok(ck_model_write(&content, m.bytes, m.size, &m.size), "ck_model_write");
    return m;
}

static image begin_image(const plan_net *net, const char *what, int32_t batch) {
    return begin_image_in(net, what, batch, FLOATS);
}

/* What rounding to bytes leaves of the parameters. */
static void round_parameters(image *m) {
    for (int32_t i = 0; i < m->c.network->parameter_count; i++) {
        const ck_parameter *p = &m->c.network->parameters[i].about;
        if (ck_form_in_bytes(p) == CK_AS_FLOATS) continue;
        const int32_t inputs = p->outer * p->inputs_stored, outputs = p->outputs_stored;
        float *w = m->c.parameters + p->offset / sizeof(float), *scales = unwritten(outputs);
        int8_t *q = guarded((size_t)inputs * (size_t)outputs, 1);
        reference->quantise_weights(q, scales, w, inputs, outputs);
        for (int32_t k = 0; k < inputs; k++)
            for (int32_t o = 0; o < outputs; o++) w[k * outputs + o] = (float)q[o * inputs + k] * scales[o];
    }
}

static void end_image(image *m) {
    ck_network_free_bytes(m->plan);
    end_plan(&m->c);
}

/* The results of the first images, by the plan itself. */
static float *expected(const image *m, int32_t images) {
    plan_run r = make_run(&m->c, &(ck_plan_options){.purpose = CK_PREDICT, .batch = images}, NULL, 1);
    r.run.indices = NULL, r.run.images = images;
    run_phases(&r, CK_PREPARE | CK_COMPUTE);
    free_run(&r);
    return copy_of(m->c.arrays[m->result], images * m->c.network->arrays[m->result].values);
}

/* ------------------------------------------------------------------- as it is */

static void check_about(const ck_model *model, const image *m) {
    const ck_model_about *a = ck_model_describe(model);
    const ck_array *input = &m->c.network->arrays[0];
    expect((int64_t)a->height * a->width * a->channels == input->values && a->type == (ck_array_type)input->type,
           "picture: found %d x %d x %d of type %d", a->height, a->width, a->channels, (int)a->type);
    expect(a->results == m->c.network->arrays[m->result].values && a->batch > 0, "results: found %d", a->results);
    expect((a->weights_in_bytes != 0) == (m->form != FLOATS), "weights in bytes: found %d", a->weights_in_bytes);
    expect(a->temperature == 1.5f && strcmp(a->name, "test") == 0 && strcmp(a->licence, "MIT") == 0 &&
               a->origin[0] == 0,
           "texts: found \"%s\", \"%s\", \"%s\"", a->name, a->licence, a->origin);
    if (a->results == 10)
        expect(a->classes == 10 && strcmp(ck_model_class(model, 9), ten_names[9]) == 0, "class 9: found %s",
               ck_model_class(model, 9));
    expect(ck_model_class(model, a->classes) == NULL && ck_model_class(model, -1) == NULL, "expected no class outside");
}

static void check_results(const ck_model *model, const image *m, const float *want, int32_t images, int32_t threads) {
    const int64_t values = m->c.network->arrays[m->result].values;
    size_t size;
    expect_ok(ck_model_workspace_size(model, images, threads, &size), "ck_model_workspace_size");
    float *got = unwritten(images * values), *again = unwritten(images * values);
    expect_ok(ck_model_run(model, m->c.arrays[0], images, got, workspace_of(size), size, threads), "ck_model_run");
    expect_same_bits("results", got, want, images * values);
    expect_ok(ck_model_run(model, m->c.arrays[0], images, again, NULL, 0, threads), "ck_model_run without workspace");
    expect_same_bits("results without workspace", again, want, images * values);
}

static void check_model(const plan_net *net, int32_t batch, form form) {
    image m = begin_image_in(net, "as a model", batch, form);
    ck_model *model = NULL;
    if (m.bytes) {
        if (form != FLOATS) round_parameters(&m);
        const float *want = expected(&m, IMAGES);
        expect_ok(ck_model_open_memory(&model, m.bytes, m.size), "ck_model_open_memory");
        if (model) {
            check_about(model, &m);
            check_results(model, &m, want, IMAGES, 1);
            check_results(model, &m, want, IMAGES, 2);
            check_results(model, &m, want, 1, 0);
        }
    }
    ck_model_close(model);
    end_image(&m);
}

void test_model_results(void) {
    for (int32_t n = 0; n < plan_net_count; n++)
        for (int32_t form = FLOATS; form < FORMS; form++) check_model(&plan_nets[n], n % 2 ? 7 : 64, (enum form)form);
}

/* A quarter of the file; what was rounded to bytes once becomes the same file. */
void test_model_in_bytes(void) {
    image m = begin_image(plan_net_named("wide_dense"), "in floats", 16);
    const size_t floats = m.size;
    end_image(&m);
    m = begin_image_in(plan_net_named("wide_dense"), "in bytes", 16, BYTES);
    expect(m.size < floats / 3, "expected less than a third of %zu bytes, found %zu", floats, m.size);
    char *again = guarded(m.size, 64);
    round_parameters(&m);
    const ck_model_content content = content_of(&m);
    size_t size;
    expect_ok(ck_model_write(&content, again, m.size, &size), "ck_model_write");
    expect_same_bytes("the file", again, m.bytes, (int64_t)m.size);
    end_image(&m);
}

/* ---------------------------------------------------------------------- files */

static const char *temporary(const char *name) {
    static char path[512];
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/ck_test_%ld_%s", folder ? folder : "/tmp", (long)getpid(), name);
    return path;
}

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    expect(file && fwrite(bytes, 1, size, file) == size, "writing %s", path);
    if (file) fclose(file);
}

static void expect_file(const char *path, uint32_t flags, ck_status want, const char *says) {
    ck_model *model = (ck_model *)&model;
    const ck_status status = ck_model_open(&model, path, flags);
    expect(status == want && !model, "%s: expected status %d, found %d: %s", says, (int)want, (int)status,
           ck_error_message());
    expect(strstr(ck_error_message(), says) != NULL, "expected a message with \"%s\", found \"%s\"", says,
           ck_error_message());
    ck_model_close(model);
}

void test_model_files(void) {
    image m = begin_image(plan_net_named("plain"), "files", 16);
    const float *want = expected(&m, IMAGES);
    const char *path = temporary("model.ckm");
    for (uint32_t flags = 0; flags <= CK_MODEL_MAP; flags++) {
        ck_model *model = NULL;
        write_file(path, m.bytes, m.size);
        expect_ok(ck_model_open(&model, path, flags), "ck_model_open");
        unlink(path); /* no longer needed */
        if (model) check_about(model, &m), check_results(model, &m, want, IMAGES, 2);
        ck_model_close(model);
        write_file(path, m.bytes, 0);
        expect_file(path, flags, CK_ERROR_FORMAT, path);
        write_file(path, m.bytes, m.size / 2);
        expect_file(path, flags, CK_ERROR_FORMAT, "cut short");
        unlink(path);
        expect_file(path, flags, CK_ERROR_FILE, path);
        expect_file("/", flags, CK_ERROR_FILE, "regular file");
    }
    if (mkfifo(path, 0600) == 0) expect_file(path, 0, CK_ERROR_FILE, "regular file");
    unlink(path);
    expect_file(path, 4, CK_ERROR_OPTION, "flags");
    expect_file(NULL, 0, CK_ERROR_NULL, "path");
    end_image(&m);
}

/* -------------------------------------------------------------------- threads */

typedef struct job {
    const ck_model *model;
    const image *m;
    const float *want;
    float *got;
    int32_t threads;
    bool same;
} job;

static void *run_often(void *of) {
    job *j = of;
    const size_t bytes = sizeof(float) * IMAGES * (size_t)j->m->c.network->arrays[j->m->result].values;
    j->same = true;
    for (int i = 0; i < 20; i++) {
        memset(j->got, 0xff, bytes);
        const bool fine = ck_model_run(j->model, j->m->c.arrays[0], IMAGES, j->got, NULL, 0, j->threads) == CK_OK;
        j->same &= fine && memcmp(j->got, j->want, bytes) == 0;
    }
    return NULL;
}

void test_model_many_threads(void) {
    enum { CALLERS = 6 };
    static const char *const names[] = {"plain", "residual", "by_channel"};
    for (int n = 0; n < 3; n++) {
        image m = begin_image(plan_net_named(names[n]), "many threads", 8);
        const float *want = expected(&m, IMAGES);
        ck_model *model = NULL;
        expect_ok(ck_model_open_memory(&model, m.bytes, m.size), "ck_model_open_memory");
        job jobs[CALLERS];
        pthread_t threads[CALLERS];
        for (int i = 0; i < CALLERS; i++)
            jobs[i] = (job){.model = model, .m = &m, .want = want, .got = unwritten(IMAGES * 10), .threads = 1 + i % 2};
        for (int i = 0; i < CALLERS; i++) pthread_create(&threads[i], NULL, run_often, &jobs[i]);
        for (int i = 0; i < CALLERS; i++) {
            pthread_join(threads[i], NULL);
            expect(jobs[i].same, "caller %d: expected the same results each time", i);
        }
        ck_model_close(model);
        end_image(&m);
    }
}

/* --------------------------------------------------------------------- damage */

static void sign(char *bytes, size_t size) {
    const uint64_t sum = ck_checksum(bytes + sizeof(ck_image_header), size - sizeof(ck_image_header));
    memcpy(bytes + offsetof(ck_image_header, checksum), &sum, sizeof sum);
}

static void check_truncated(form form) {
    image m = begin_image_in(plan_net_named("plain"), "cut short", 16, form);
    for (size_t size = 0; size < m.size; size += 1 + size / 2000) {
        ck_model *model = NULL;
        char *part = aligned_alloc(64, (size_t)ck_round_up((int64_t)size + 1, 64));
        memcpy(part, m.bytes, size);
        ck_status status = ck_model_open_memory(&model, part, size);
        expect(status == CK_ERROR_FORMAT && !model, "%zu of %zu bytes: expected CK_ERROR_FORMAT, found %d", size,
               m.size, (int)status);
        if (size >= sizeof(ck_image_header) && size % 64 == 0) { /* and with a header that says so */
            const uint64_t all = size;
            memcpy(part + offsetof(ck_image_header, bytes), &all, sizeof all);
            sign(part, size);
            status = ck_model_open_memory(&model, part, size);
            expect((status == CK_ERROR_FORMAT || status == CK_ERROR_PLAN) && !model,
                   "%zu bytes, signed: expected a failure, found %d", size, (int)status);
        }
        free(part);
    }
    end_image(&m);
}

void test_model_truncated(void) { check_truncated(FLOATS), check_truncated(INTEGERS); }

/* Each rule of the section of scales broken once, and signed. */
void test_model_scales(void) {
    image m = begin_image_in(plan_net_named("plain"), "scales", 16, INTEGERS);
    ck_image read;
    expect_ok(ck_image_read(&read, m.bytes, m.size), "ck_image_read");
    char *const scales = m.bytes + (read.sections[CK_SCALES].data - m.bytes);
    const size_t first = (size_t)ck_round_up(m.c.network->parameter_count * (int64_t)sizeof(uint32_t), 64);
    const struct {
        size_t at;
        uint32_t value;
        const char *says;
    } broken[] = {{0, 2, "expected 0 (floats) or 1 (bytes), found 2"}, {0, 0, "section SCAL: expected"},
                  {first, 0x7fc00000, "scale 0 of"}, {first + 4, 0xbf800000, "scale 1 of"}, {first, 0x7f000000, "scale 0 of"}};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        uint32_t before;
        memcpy(&before, scales + broken[i].at, sizeof before);
        memcpy(scales + broken[i].at, &broken[i].value, sizeof before);
        sign(m.bytes, m.size);
        ck_model *model = NULL;
        const ck_status status = ck_model_open_memory(&model, m.bytes, m.size);
        expect(status == CK_ERROR_FORMAT && !model && strstr(ck_error_message(), broken[i].says),
               "%s: expected CK_ERROR_FORMAT, found %d: %s", broken[i].says, (int)status, ck_error_message());
        ck_model_close(model);
        memcpy(scales + broken[i].at, &before, sizeof before);
    }
    end_image(&m);
}

static void mutate(char *bytes, size_t size, uint64_t plan, uint64_t plan_size) {
    const int32_t changes = random_integer(1, 3);
    for (int32_t i = 0; i < changes; i++) {
        size_t at = random_bits() % (random_integer(0, 2) ? 64 + 8 * sizeof(ck_image_section) + 128
                                                          : size); /* header and tables most of all */
        if (random_integer(0, 2) == 0) at = plan + random_bits() % plan_size;
        if (random_integer(0, 1)) bytes[at] = (char)random_bits();
        else bytes[at] = (char)(random_integer(0, 3) - 1);
    }
}

static void check_mutated(form form) {
    enum { MUTATIONS = 6000 };
    image m = begin_image_in(plan_net_named("plain"), "mutations", 4, form);
    char *original = malloc(m.size);
    memcpy(original, m.bytes, m.size);
    ck_image read;
    expect_ok(ck_image_read(&read, m.bytes, m.size), "ck_image_read");
    const uint64_t plan = (uint64_t)(read.sections[CK_PLAN].data - m.bytes), plan_size = read.sections[CK_PLAN].size;
    void *pictures = calloc(4, 4 * 65536);
    int32_t opened = 0;
    for (int32_t i = 0; i < MUTATIONS; i++) {
        memcpy(m.bytes, original, m.size);
        mutate(m.bytes, m.size, plan, plan_size);
        if (i % 8) sign(m.bytes, m.size); /* else the checksum finds it */
        ck_model *model = NULL;
        const ck_status status = ck_model_open_memory(&model, m.bytes, m.size);
        expect((status == CK_OK) == (model != NULL), "mutation %d: expected a model or a failure", i);
        if (i % 8 == 0)
            expect(status != CK_OK || memcmp(m.bytes, original, m.size) == 0,
                   "mutation %d: expected the checksum to find it", i);
        const ck_model_about *a = ck_model_describe(model);
        if (model && a->results < 4096 && (int64_t)a->height * a->width * a->channels <= 65536) {
            float results[4 * 4096];
            opened++;
            (void)ck_model_run(model, pictures, 3, results, NULL, 0, 2);
        }
        ck_model_close(model);
    }
    expect(opened > 100, "expected some that open, found %d", opened);
    free(original), free(pictures);
    end_image(&m);
}

void test_model_mutated(void) { check_mutated(FLOATS), check_mutated(INTEGERS); }

/* ------------------------------------------------------------------- bad calls */

void test_model_bad_calls(void) {
    image m = begin_image(plan_net_named("plain"), "bad calls", 4);
    ck_model *model = NULL;
    size_t size;
    float results[40];
    char *room = workspace_of(1 << 20);
    expect_ok(ck_model_open_memory(&model, m.bytes, m.size), "ck_model_open_memory");
    expect(ck_model_run(NULL, "", 1, results, NULL, 0, 1) == CK_ERROR_NULL, "expected CK_ERROR_NULL");
    expect(ck_model_run(model, NULL, 1, results, NULL, 0, 1) == CK_ERROR_NULL, "expected CK_ERROR_NULL");
    expect(ck_model_run(model, m.c.arrays[0], 1, NULL, NULL, 0, 1) == CK_ERROR_NULL, "expected CK_ERROR_NULL");
    expect(ck_model_run(model, m.c.arrays[0], 0, results, NULL, 0, 1) == CK_ERROR_SIZE, "expected CK_ERROR_SIZE");
    expect(ck_model_run(model, m.c.arrays[0], 1, results, NULL, 0, -1) == CK_ERROR_SIZE, "expected CK_ERROR_SIZE");
    expect(ck_model_run(model, m.c.arrays[0], 1, results, room + 4, 1 << 19, 1) == CK_ERROR_BUFFER,
           "expected CK_ERROR_BUFFER");
    expect(ck_model_run(model, m.c.arrays[0], 1, results, room, 64, 1) == CK_ERROR_BUFFER, "expected CK_ERROR_BUFFER");
    expect(ck_model_workspace_size(model, 1, 1, NULL) == CK_ERROR_NULL &&
               ck_model_workspace_size(NULL, 1, 1, &size) == CK_ERROR_NULL,
           "expected CK_ERROR_NULL");
    expect(ck_model_describe(NULL) == NULL && ck_model_class(NULL, 0) == NULL, "expected NULL");
    ck_model_close(NULL);
    ck_model_close(model);
    expect(ck_model_open_memory(&model, NULL, 5) == CK_ERROR_NULL &&
               ck_model_open_memory(NULL, m.bytes, 5) == CK_ERROR_NULL,
           "expected CK_ERROR_NULL");
    expect(ck_model_open_memory(&model, m.bytes + 4, m.size) == CK_ERROR_BUFFER, "expected CK_ERROR_BUFFER");

    ck_model_content content = content_of(&m);
    content.classes = 9;
    expect(ck_model_write(&content, NULL, 0, &size) == CK_ERROR_OPTION,
           "nine names for ten results: expected CK_ERROR_OPTION");
    content = content_of(&m), content.width = 13;
    expect(ck_model_write(&content, NULL, 0, &size) == CK_ERROR_PLAN, "another picture: expected CK_ERROR_PLAN");
    content = content_of(&m), content.temperature = NAN;
    expect(ck_model_write(&content, NULL, 0, &size) == CK_ERROR_OPTION, "no temperature: expected CK_ERROR_OPTION");
    content = content_of(&m), content.plan_bytes--;
    expect(ck_model_write(&content, NULL, 0, &size) == CK_ERROR_FORMAT, "a plan cut short: expected CK_ERROR_FORMAT");
    content = content_of(&m), content.plan = NULL;
    expect(ck_model_write(&content, NULL, 0, &size) == CK_ERROR_NULL &&
               ck_model_write(NULL, NULL, 0, &size) == CK_ERROR_NULL,
           "expected CK_ERROR_NULL");
    /* A plan that trains is none for a model. */
    void *training;
    content = content_of(&m);
    expect_ok(ck_network_plan(m.c.network, &(ck_plan_options){.batch = 4}, &training, &content.plan_bytes),
              "ck_network_plan");
    content.plan = training;
    expect(ck_model_write(&content, NULL, 0, &size) == CK_ERROR_PLAN && strstr(ck_error_message(), "for prediction"),
           "expected CK_ERROR_PLAN, found %s", ck_error_message());
    ck_network_free_bytes(training);
    end_image(&m);
}

void test_model_memory(void) {
    image m = begin_image(plan_net_named("plain"), "allocations that fail", 4);
    const char *path = temporary("memory.ckm");
    write_file(path, m.bytes, m.size);
    for (int64_t after = 0;; after++) {
        ck_model *model = NULL;
        float results[30];
        ck_fail_allocation_after(after);
        ck_status status = ck_model_open(&model, path, 0);
        if (status == CK_OK) status = ck_model_run(model, m.c.arrays[0], 3, results, NULL, 0, 1);
        ck_fail_allocation_after(-1);
        ck_model_close(model);
        expect(status == CK_OK || status == CK_ERROR_MEMORY, "allocation %lld: expected CK_ERROR_MEMORY, found %d: %s",
               (long long)after, (int)status, ck_error_message());
        if (status != CK_OK) continue;
        expect(after > 5, "expected several allocations, found %lld", (long long)after);
        break;
    }
    unlink(path);
    end_image(&m);
}

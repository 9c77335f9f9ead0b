/* model.h - what the files of the model image share.
 *
 *   image.c     the bytes: header, sections, checksum; everything that can be wrong with them
 *   weights.c   the parameters among them: floats, or bytes with scales
 *   suit.c      whether a plan is one that a model may have, and what it takes in and gives
 *   open.c      from bytes or a file to a model
 *   predict.c   running it
 *   write.c     making the bytes
 *
 * The bytes are described in docs/model-image.md.
 */
#ifndef CK_MODEL_INTERNAL_H
#define CK_MODEL_INTERNAL_H

#include "../plan/plan.h"
#include "ck_model.h"

/* ----------------------------------------------------------------------- bytes */

typedef struct ck_image_header {
    char magic[8];         /* "CKMODEL\n" */
    uint16_t major, minor; /* 1.0, and 1.1 where weights are bytes */
    uint32_t sections;
    uint64_t bytes;       /* of all */
    uint64_t checksum;    /* ck_checksum of all that follows the header */
    uint64_t reserved[4]; /* 0 */
} ck_image_header;

typedef struct ck_image_section {
    char tag[4];
    uint32_t critical;     /* not 0: who does not know it cannot use the image */
    uint64_t offset, size; /* from the beginning; a multiple of 64 */
    uint64_t reserved;     /* 0 */
} ck_image_section;

/* Section "INFO". */
typedef struct ck_image_info {
    int32_t height, width, channels, type; /* of a picture; ck_array_type */
    int32_t results, classes;
    float temperature;
    uint32_t reserved;
    float scale[4], shift[4];
} ck_image_info;

enum { CK_MOST_SECTIONS = 64, CK_MOST_CLASSES = 1 << 16, CK_MOST_TEXT = 1 << 20 };

/* The sections that this library knows, first those that are critical. Reserved for later, all optional: THRE (thresholds),
 * PREP (polarity and other preparation). */
typedef enum ck_known_section {
    CK_INFO,
    CK_PLAN,
    CK_WEIGHTS,
    CK_SCALES, /* only where some weights are bytes */
    CK_CLASSES,
    CK_NAME,
    CK_LICENCE,
    CK_ORIGIN,
    CK_KNOWN_SECTIONS
} ck_known_section;
extern const char ck_section_tags[CK_KNOWN_SECTIONS][5];

/* Fletcher's sum of 32-bit words, modulo 2^32 - 1: the second sum in the upper half. `bytes` is a multiple of 4. */
uint64_t ck_checksum(const void *data, size_t bytes);

typedef struct ck_section_bytes {
    const char *data; /* NULL: not there */
    size_t size;
} ck_section_bytes;

typedef struct ck_image {
    ck_image_info info;
    ck_section_bytes sections[CK_KNOWN_SECTIONS];
} ck_image;

/* Finds the sections, checked; they stay in `bytes`. */
ck_status ck_image_read(ck_image *image, const void *bytes, size_t size);

/* ---------------------------------------------------------------------- weights */

/* How a parameter lies in a file: plain, as floats or as bytes of which each counts its output's scale. */
typedef enum ck_weight_form { CK_AS_FLOATS = 0, CK_AS_BYTES = 1 } ck_weight_form;

/* Weights of an output, outer x inputs, that are worth a scale. */
enum { CK_LEAST_OF_A_SCALE = 8 };
ck_weight_form ck_form_in_bytes(const ck_parameter *parameter);

/* Bytes of section WGHT and of section SCAL; the latter 0 where no weight is a byte. */
void ck_weights_sizes(const ck_plan *plan, bool in_bytes, uint64_t *weights, uint64_t *scales);
/* Writes both, whose memory is zero. Fails without memory alone. */
ck_status ck_weights_write(char *weights, char *scales, const float *parameters, const ck_plan *plan);
/* The parameters in stored form; everything that can be wrong with the two sections. */
ck_status ck_weights_read(float *parameters, const ck_image *image, const ck_plan *plan);

/* ----------------------------------------------------------------------- plans */

/* What goes in and comes out of a plan for prediction. */
typedef struct ck_suit {
    int32_t input, result; /* arrays */
    int32_t height, width; /* 0: the plan does not say */
    int32_t channels;
    float scale[4], shift[4];
} ck_suit;

/* A model is run by many threads at once: nothing but the arena and the result may be written after CK_PREPARE. */
ck_status ck_plan_suits(const ck_plan *plan, ck_suit *suit);

/* The picture of the file and that of the plan. */
ck_status ck_check_picture(const ck_plan *plan, const ck_suit *suit, int32_t height, int32_t width);

/* ---------------------------------------------------------------------- models */

struct ck_model {
    ck_plan *plan;
    const ck_kernels *kernels;
    ck_suit suit;
    float *parameters; /* as far as they are read after CK_PREPARE */
    void *shared;      /* what it packed */
    char *text;        /* name, licence, origin and class names, each with its zero byte */
    const char **class_names;
    ck_model_about about;
};

#endif

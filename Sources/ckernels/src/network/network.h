/* network.h - what the files of the builder share: a network as a list of nodes.
 *
 *   network.c      creating, failing once, adding nodes, names
 *   inputs.c       pictures, labels and targets
 *   weighted.c     layers with parameters
 *   layers.c       all other layers
 *   heads.c        losses, counts and results
 *   parameters.c   where parameters lie, and how they begin
 *   draft*.c       a plan being written: see draft.h
 *   plan.c         ck_network_plan
 */
#ifndef CK_NETWORK_INTERNAL_H
#define CK_NETWORK_INTERNAL_H

#include "../internal.h"
#include "ck_network.h"

enum {
    CK_MOST_NODES = 4096,
    CK_MOST_INPUTS = 16,
    CK_MOST_SIDE = 1 << 16,   /* rows, columns or channels of a value */
    CK_MOST_VALUES = 1 << 28, /* numbers of one image, and of a parameter */
    CK_NO_LABEL = INT32_MIN   /* what ignores nothing */
};

/* One image's value: pixels of `stored` numbers, of which `channels` are real. A picture of the caller is raw: as it
 * came, without padding. */
typedef struct ck_form {
    int32_t height, width, channels, stored;
    bool raw;
} ck_form;

typedef enum ck_node_kind {
    CK_NODE_INPUT,
    CK_NODE_WARPED_INPUT,
    CK_NODE_CONV,
    CK_NODE_DENSE,
    CK_NODE_BATCH_NORM,
    CK_NODE_LAYER_NORM,
    CK_NODE_POOL,
    CK_NODE_GLOBAL_POOL,
    CK_NODE_FUNCTION,
    CK_NODE_DROPOUT,
    CK_NODE_ADD,
    CK_NODE_CONCATENATE,
    CK_NODE_SOFTMAX,
    CK_NODE_LOG_SOFTMAX,
    CK_NODE_CROSS_ENTROPY,
    CK_NODE_SOFT_CROSS_ENTROPY,
    CK_NODE_DISTANCE,
    CK_NODE_COUNT,
    CK_NODE_RESULT
} ck_node_kind;

/* The parameters of a node, as places in ck_node.parameters. */
enum {
    CK_PARAMETER_WEIGHT = 0,
    CK_PARAMETER_BIAS = 1,
    CK_PARAMETER_GAMMA = 0,
    CK_PARAMETER_BETA = 1,
    CK_PARAMETER_MEAN = 2,
    CK_PARAMETER_VARIANCE = 3
};

typedef struct ck_head {
    int32_t array, report; /* labels, targets or result; number of the report */
    ck_distance distance;
    float weight, smoothing;
    int32_t ignore_label;
} ck_head;

/* A layer, an input or a head. Its value has the number of the node. */
typedef struct ck_node {
    ck_node_kind kind;
    char name[CK_NAME_LENGTH];
    int32_t inputs[CK_MOST_INPUTS], input_count;
    ck_form form;          /* of the value; of a head's input */
    int32_t parameters[4]; /* in ck_network.parameters; -1: none */
    bool frozen, by_channel;
    bool rectified; /* some ReLU follows */
    int32_t number; /* of what it draws at random */
    union {
        struct {
            int32_t array;
            ck_array_type type;
            ck_gather gather;
            ck_warp warp;
        } input;
        ck_conv conv;
        ck_dense dense;
        struct {
            float epsilon, momentum;
            bool relu;
        } norm;
        struct {
            ck_pool_kind kind;
            ck_pool shape;
        } pool;
        struct {
            ck_function kind;
            float slope;
        } function;
        struct {
            ck_dropout_kind kind;
            float rate;
            int32_t block;
        } dropout;
        ck_head head;
    };
} ck_node;

/* A parameter, and how it begins. */
typedef struct ck_weights {
    ck_parameter about;
    int32_t node;
    bool trained;
    float constant; /* vectors begin with it */
    float *values;  /* constants of the caller's; NULL else */
} ck_weights;

struct ck_network {
    ck_node *nodes;
    int32_t count, capacity;
    ck_weights *parameters;
    int32_t parameter_count, parameter_capacity;
    uint64_t parameter_bytes;
    ck_array arrays[CK_ARRAYS];
    int32_t array_count, reports, numbers;
    ck_chances chances; /* of warped pictures */
    float mixup;        /* alpha; 0: none */
    ck_status status;   /* of the first failure */
    char message[512];
};

/* Sets the network's first failure; gives -1. */
int32_t ck_network_fail(ck_network *network, ck_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A node of this kind, reading `x` (or nothing: -1), named as given or else by kind and number ("conv1"). NULL after a
 * failure. The form is the input's, to begin with. */
ck_node *ck_network_node(ck_network *network, ck_node_kind kind, int32_t x, const char *name, const char *usual_name);
/* Adds an input to the newest node. */
bool ck_network_join(ck_network *network, ck_node *node, int32_t x);
/* The number of the newest node, or -1 after a failure, which takes the node back. */
int32_t ck_network_done(ck_network *network);

/* An array of the caller; its number or -1. */
int32_t ck_network_array(ck_network *network, const char *name, ck_array_type type, bool result, int64_t values);

/* A parameter of the newest node, outer x inputs x outputs, stored like the forms around it; kept as
 * ck_node.parameters[place]. */
void ck_network_parameter(ck_network *network, int32_t place, const char *suffix, ck_form inputs, int32_t outer,
                          int32_t outputs);
void ck_network_vector(ck_network *network, int32_t place, const char *suffix, ck_parameter_kind kind, int32_t channels,
                       float constant);
void ck_network_constants(ck_network *network, int32_t place, const char *suffix, int32_t channels,
                          const float *values);

static inline int64_t ck_parameter_values(const ck_parameter *p) {
    return (int64_t)p->outer * p->inputs_stored * p->outputs_stored;
}

/* What a layer may be given; they fail otherwise. The node's form is still that of its input. */
bool ck_network_check_slope(ck_network *network, const ck_node *node, float slope);
bool ck_network_check_padded(ck_network *network, const ck_node *node); /* no raw picture */
bool ck_network_check_rows(ck_network *network, const ck_node *node);   /* one only if it is a row as kernels want it */

/* Says that something like ReLU follows value x: He's weights are for what leads there. */
void ck_network_rectify(ck_network *network, int32_t x);

static inline ck_form ck_form_make(int32_t height, int32_t width, int32_t channels) {
    return (ck_form){height, width, channels, ck_stored_channels(channels), false};
}
static inline int64_t ck_form_pixels(ck_form f) { return (int64_t)f.height * f.width; }
static inline int64_t ck_form_values(ck_form f) { return ck_form_pixels(f) * f.stored; }

/* Rows of a value for elementwise operations. A raw picture is one row: it has no padding. */
static inline ck_rows ck_form_rows(ck_form f) {
    if (f.raw) return (ck_rows){1, (int32_t)ck_form_values(f), (int32_t)ck_form_values(f)};
    return (ck_rows){ck_form_pixels(f), f.channels, f.stored};
}

/* Makes room for one more item in an array that grows. */
bool ck_grow(void **items, int32_t count, int32_t *capacity, size_t item);

#endif

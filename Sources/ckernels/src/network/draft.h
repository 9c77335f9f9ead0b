/* draft.h - a plan being written: operations whose operands are still buffers without a place.
 *
 *   draft.c            buffers, operations, segments; what each node has to do
 *   draft_forward.c    a node's value
 *   draft_backward.c   its gradients
 *   draft_update.c     optimisers
 *   draft_memory.c     places for all buffers
 *   plan.c             all of it in order, and the bytes
 */
#ifndef CK_NETWORK_DRAFT_H
#define CK_NETWORK_DRAFT_H

#include "../plan/plan.h"
#include "network.h"

/* A number of numbers that operations share: for images, in SHARED or in each LANE. -1 stands for none. */
typedef int32_t ck_buffer_id;

typedef struct ck_buffer {
    ck_space space;            /* CK_TILE (or CK_BATCH, found out later), CK_SHARED or CK_LANE */
    int64_t amount;            /* bytes, of one image or in all; as its operations say */
    bool work;                 /* scratch of one operation */
    int32_t first_op, last_op; /* of the finished list */
    int32_t holders;           /* a gradient: how many nodes still want it as it is */
    bool kept;                 /* a gradient that an operation at the end reads: it may not be changed */
    uint64_t offset;
} ck_buffer;

/* An operand: a buffer, or a place that is known; `none` is neither. */
typedef struct ck_ref {
    ck_buffer_id buffer;
    ck_at at;
} ck_ref;
static const ck_ref ck_none = {-1, 0};
static inline ck_ref ck_ref_to(ck_buffer_id buffer) { return (ck_ref){buffer, 0}; }

typedef struct ck_draft_op {
    ck_op op;
    ck_buffer_id buffers[CK_OPERANDS]; /* -1: op.at is right already */
    ck_segment_kind kind;
    bool fresh; /* begins a segment even if the one before is of the same kind */
} ck_draft_op;

/* The parts of a plan, in their order. Gradients of weights come together at the end of CK_COMPUTE, so that there is
 * one meeting. */
typedef enum ck_draft_part {
    CK_DRAFT_PREPARE,
    CK_DRAFT_COMPUTE,
    CK_DRAFT_GRADIENTS,
    CK_DRAFT_UPDATE,
    CK_DRAFT_PARTS
} ck_draft_part;

/* What is known of a node while the plan is written. */
typedef struct ck_made {
    bool needed; /* some head of this plan reads it */
    bool learns; /* training changes its value, so its gradient is wanted */
    bool kept;   /* backward needs its value */
    /* A convolution or dense layer on the way from a picture, and on the way to a head. */
    bool weights_before, weights_behind;
    int32_t root;       /* the node whose value this is: itself, unless it does nothing in this plan */
    int32_t readers;    /* of that value */
    ck_buffer_id value, gradient;
    ck_buffer_id index, targets;            /* winners of a pool; soft targets */
    ck_buffer_id prepared, sums, bias_sums; /* of weights */
    ck_buffer_id mean, variance, scale, shift, inverse;
} ck_made;

typedef struct ck_draft {
    ck_network *network;
    const ck_plan_options *options;
    int32_t batch, lanes, tile;
    ck_made *made; /* one per node */
    ck_draft_op *ops[CK_DRAFT_PARTS];
    int32_t op_count[CK_DRAFT_PARTS], op_capacity[CK_DRAFT_PARTS];
    bool fresh; /* the next operation of CK_DRAFT_COMPUTE begins a segment */
    ck_buffer *buffers;
    int32_t buffer_count, buffer_capacity;
    bool out_of_memory;
    uint64_t state_bytes, shared_bytes, lane_bytes, batch_bytes, tile_bytes;
} ck_draft;

/* ---------------------------------------------------------------- what is written */

ck_buffer_id ck_draft_buffer(ck_draft *d, ck_space space);
static inline ck_buffer_id ck_draft_images(ck_draft *d) { return ck_draft_buffer(d, CK_TILE); }

/* Adds an operation to a part; its operands in the order of ops.def, scratch left out. Named "<node> <what>". */
ck_op *ck_draft_op_add(ck_draft *d, ck_draft_part part, ck_segment_kind kind, uint32_t code, const ck_node *node,
                       const char *what, const void *shape, size_t shape_size, const ck_ref *operands, int32_t count);

/* ck_draft_op_add(d, part, kind, CK_OP_add, node, "forward", &rows, a, b, c) */
#define CK_DRAFT(d, part, kind, code, node, what, shape, ...)                                                          \
    ck_draft_op_add(d, part, kind, code, node, what, shape, sizeof *(shape), (const ck_ref[]){__VA_ARGS__},            \
                    (int32_t)(sizeof(const ck_ref[]){__VA_ARGS__} / sizeof(ck_ref)))
#define CK_DRAFT_TILES(d, ...) CK_DRAFT(d, CK_DRAFT_COMPUTE, CK_TILES, __VA_ARGS__)

/* A parameter of a node, in CK_PARAMETERS or CK_GRADIENTS; none if the node has none there. */
ck_ref ck_draft_parameter(const ck_draft *d, const ck_node *node, int32_t place);
ck_ref ck_draft_gradient_of(const ck_draft *d, const ck_node *node, int32_t place);

static inline bool ck_draft_trains(const ck_draft *d) { return d->options->purpose == CK_TRAIN; }
static inline ck_made *ck_draft_made(const ck_draft *d, const ck_node *node) {
    return &d->made[node - d->network->nodes];
}
static inline ck_ref ck_draft_value(const ck_draft *d, int32_t node) {
    return ck_ref_to(d->made[d->made[node].root].value);
}
static inline bool ck_node_is_trained(const ck_node *node) {
    return !node->frozen && (node->kind == CK_NODE_CONV || node->kind == CK_NODE_DENSE ||
                             node->kind == CK_NODE_BATCH_NORM || node->kind == CK_NODE_LAYER_NORM);
}

/* Whether a node may write its value over that of its input x. */
bool ck_draft_may_overwrite(const ck_draft *d, const ck_node *node, int32_t x);

/* ------------------------------------------------------------------- the stages */

void ck_draft_survey(ck_draft *d); /* fills in `made` */
void ck_draft_forward(ck_draft *d, const ck_node *node);
void ck_draft_losses_behind(ck_draft *d,
                            const ck_node *node); /* what a loss can begin only when all of its batch is known */
void ck_draft_backward(ck_draft *d, const ck_node *node);
void ck_draft_pass(ck_draft *d, int32_t x, ck_buffer_id gradient); /* a gradient for the value of node x */
void ck_draft_updates(ck_draft *d);
bool ck_draft_is_for_muon(const ck_draft *d, const ck_node *node);
/* Offsets of all buffers. The list of operations is whole by now, and no longer changes. */
bool ck_draft_place(ck_draft *d, ck_draft_op *ops, int32_t count, const ck_segment *segments, int32_t segment_count);

#endif

/* plan.h - what the files of the plan share: a checked plan, and what is known of an operation's operands.
 *
 *   operands.c   ops.def made into functions: the operands of an operation and how much memory each takes
 *   check*.c     bytes to ck_plan; everything that can be wrong with them
 *   run*.c       running it
 */
#ifndef CK_PLAN_INTERNAL_H
#define CK_PLAN_INTERNAL_H

#include "../internal.h"
#include "../kernels/blocks.h"
#include "ck_plan.h"

/* ------------------------------------------------------------------- operands */

typedef enum ck_verb { CK_READS, CK_WRITES, CK_ADDS, CK_WORKS } ck_verb;

typedef enum ck_where {
    CK_IN_IMAGES,
    CK_IN_PARAMETERS,
    CK_IN_GRADIENTS,
    CK_IN_STATE,
    CK_IN_SHARED,
    CK_IN_SUMS,
    CK_IN_TERM,
    CK_IN_ARRAY,
    CK_IN_WINNERS,
    CK_IN_WORK
} ck_where;

/* Limits that keep all products of sizes below 2^62, and tables small. */
enum {
    CK_MOST_SEGMENTS = 4096,
    CK_MOST_OPS = 16384,
    CK_MOST_PARAMETERS = 16384,
    CK_MOST_LANES = 1024,
    CK_MOST_BATCH = 1 << 20,
    CK_LABELLED = 4 * CK_REPORTS
};

/* One operand as ops.def describes it, for a given shape. */
typedef struct ck_operand {
    const char *name;
    ck_verb verb;
    ck_where where;
    bool optional;
    bool alias;         /* may be the very operand before it that is written */
    ck_array_type type; /* of an array */
    int64_t amount;     /* bytes: per image in IMAGES and WINNERS, of all elsewhere; values of an item in an array */
} ck_operand;

/* The operands of an operation whose shape is valid; their number. WORK that depends on the images at hand
 * (dense_gradient packs dy of the whole batch, labels are four bytes an image) is for `images`. */
int32_t ck_op_operands(ck_operand list[CK_OPERANDS], const ck_op *op, int32_t images);

/* What ops.def says of an operation, NULL for an unknown code. */
typedef enum ck_allowed { CK_IN_TILES = 1, CK_IN_PARTS = 2, CK_IN_EITHER = 3 } ck_allowed;
typedef enum ck_shape_kind {
    CK_SHAPE_conv,
    CK_SHAPE_dense,
    CK_SHAPE_pool,
    CK_SHAPE_rows,
    CK_SHAPE_images,
    CK_SHAPE_concatenate,
    CK_SHAPE_cross_entropy,
    CK_SHAPE_gather,
    CK_SHAPE_warp,
    CK_SHAPE_flat,
    CK_SHAPE_matrix
} ck_shape_kind;
typedef struct ck_op_kind {
    const char *name;
    ck_allowed segments;
    ck_shape_kind shape;
} ck_op_kind;
const ck_op_kind *ck_op_kind_of(uint32_t code);

/* Whether operand 0 is a ck_loss that becomes report number op->layer. */
bool ck_op_reports(uint32_t code);

/* Roughly the nanoseconds that an operation takes on one core, once and for each image: to share out work, never for
 * results. */
void ck_op_cost(const ck_op *op, int32_t lanes, double *once, double *per_image);

/* What one part of an operation is: channels of a layer or norm, rows of a dense gradient, elements of an update; and
 * how many rows a fused dense update takes at a time. Elements: as many as two threads can share evenly without
 * touching one line. */
enum { CK_PART_CHANNELS = 32, CK_UNIT_CHANNELS = 16, CK_UNIT_ROWS = 16, CK_UNIT_ELEMENTS = 4096 };

/* Into how many parts an operation of a segment of PARTS can be cut, at least 1. Any range of them gives the same bits.
 */
int32_t ck_op_units(const ck_op *op);

/* How many channels a part of a convolution or a dense layer is. */
int32_t ck_op_unit_channels(const ck_op *op);

/* Where the scales of a layer in integers lie behind its weights: [outputs][inputs] bytes. */
static inline int64_t ck_integer_scales_at(int64_t inputs, int64_t outputs) { return ck_round_up(inputs * outputs, 64); }

/* ----------------------------------------------------------------------- plan */

/* Where an operand is found: base of its space + offset + stride * first image, of the batch or of the tile. */
typedef struct ck_located {
    uint8_t space; /* ck_space */
    bool winners;  /* bytes, whatever the size of numbers */
    bool clears;   /* the first in the plan to add to this gradient */
    size_t offset; /* an array: its number */
    size_t stride; /* bytes per image in CK_BATCH and CK_TILE, else 0 */
} ck_located;

/* An operation ready to run: its operands located, in the order of ops.def. */
typedef struct ck_ready {
    const ck_op *op;
    ck_located at[CK_OPERANDS];
    int32_t operands;
    bool by_lanes;               /* reads or writes the sums of a lane */
    int32_t units;               /* in a segment of PARTS */
    int32_t unit_channels;       /* of a part of a convolution or a dense layer */
    double cost, cost_per_image; /* nanoseconds on one core, roughly */
} ck_ready;

struct ck_plan {
    ck_plan_header header;
    /* These point behind the struct, into the same allocation. */
    const ck_segment *segments;
    const ck_op *ops;
    const ck_array *arrays;
    const ck_parameter *parameters;
    ck_ready *ready;
    size_t bytes;             /* of the allocation */
    int32_t clearing_segment; /* the first segment of tiles in CK_COMPUTE: a lane's sums are cleared there */
    uint32_t phases;          /* those it has */
    uint64_t parameter_reach[CK_UPDATE + 1]; /* how far the operations of each phase read or write in the parameters */
    bool uses_gradients;                     /* some operand lies there */
    bool array_used[CK_ARRAYS];              /* some operation reads or writes it */
    struct ck_cost {
        double once, per_image;
        int64_t units;             /* of parts, into which a segment can be cut; 0: it is cut by images */
    } *segment_cost;               /* of each segment; behind the struct too */
    int32_t labelled[CK_LABELLED]; /* operations that read labels, which are checked before a run */
    int32_t labelled_count;
    int32_t least_rows;    /* images * this must be 2 or more: batch statistics of one element do not exist; 0: no such
                              layer */
    uint32_t still_groups; /* bit g: an update of group g keeps no momentum */
    bool fuses_updates;    /* has dense_gradient_update: no clipping or accumulation */
};

/* The last act of making a plan: units and costs of what is ready. */
void ck_plan_count_costs(ck_plan *plan);

/* For tests: how long each thread must have to do, on this thread's calls; 0: any time will do. */
void ck_set_least_time(double nanoseconds);

/* The address space of a call is an offset into these. */
static inline size_t ck_plan_arena_bytes(const ck_plan *plan, int32_t threads) {
    const ck_plan_header *h = &plan->header;
    return (size_t)h->batch_bytes + (size_t)h->lanes * (size_t)h->lane_bytes + (size_t)threads * (size_t)h->tile_bytes;
}

#endif

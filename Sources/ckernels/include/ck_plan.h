/* ck_plan.h - a whole network as one flat list of operations, checked once, then run by one call.
 *
 * A plan says what is computed, in which order, and where every number lies. It is made by ck_network.h, by
 * DigitKit, or read from bytes; it is checked whole before anything runs, so that no plan, however damaged, reads
 * or writes outside the buffers it is given. It owns none of them: the caller allocates what ck_plan_sizes says.
 *
 *   ck_plan *plan;
 *   if (ck_plan_create(&plan, bytes, size) != CK_OK) puts(ck_error_message());
 *   ck_plan_sizes sizes;
 *   ck_plan_sizes_get(plan, 2, &sizes);                      // for up to two threads
 *   ...allocate sizes.parameters bytes and so on, at multiples of 64...
 *   ck_run run = ck_run_make();                              // fill in buffers, data, rates
 *   ck_plan_run(plan, &run);                                 // a whole training step
 *
 * How a plan runs
 *   - Operations come in segments, with a meeting of all threads between two. A segment of *tiles* takes a
 *     few images at a time through all of its operations; a segment of *parts* shares out the rows or
 *     channels of each operation, over the whole batch.
 *   - The batch is cut into a fixed number of lanes. What is summed over images is summed per lane, in the
 *     order of the images, and then over the lanes in their order: the bits do not depend on the number of threads
 *     nor on how many images a tile has.
 *   - Segments belong to phases: CK_PREPARE packs weights, CK_COMPUTE is forward (and backward), CK_UPDATE the optimiser.
 *     A call runs the phases it is asked for. One that computes and updates leaves the parameters as they are if a loss is not a
 *     finite number.
 *
 * Where numbers lie (ck_space). The caller's blocks: parameters, gradients (laid out like the parameters), the
 * optimiser's state, and two of working space. A checkpoint is a copy of parameters and state; with the counters of
 * ck_step, a run goes on from it with the same bits.
 */
#ifndef CK_PLAN_H
#define CK_PLAN_H

#include "ck_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- operations */

/// The operations, numbered for good: see ops.def.
typedef enum ck_opcode {
#define CK_OP(number, name, segments, shape, operands) CK_OP_##name = number,
#include "ops.def"
#undef CK_OP
} ck_opcode;

/// Where an operand lies: a space, and the offset in bytes from its beginning, a multiple of 64.
typedef enum ck_space {
    CK_NOWHERE = 0,    ///< the operand is left out
    CK_PARAMETERS = 1, ///< weights, running statistics and constants
    CK_GRADIENTS = 2,  ///< at the same offsets as the parameters
    CK_STATE = 3,      ///< of the optimiser
    CK_SHARED = 4,     ///< once: packed weights, statistics of a batch
    CK_LANE = 5,       ///< once per lane: sums over its images, cleared when CK_COMPUTE begins
    CK_BATCH = 6,      ///< for all images of the batch, one behind the other: what crosses a meeting
    CK_TILE = 7,       ///< for the images of a tile, once per thread: what does not
    CK_ARRAY = 8       ///< the caller's array number `offset`
} ck_space;

/// A space in the upper 8 bits, an offset in the lower 56. 0: left out.
typedef uint64_t ck_at;
static inline ck_at ck_at_make(ck_space space, uint64_t offset) { return (ck_at)space << 56 | offset; }
static inline ck_space ck_at_space(ck_at at) { return (ck_space)(at >> 56); }
static inline uint64_t ck_at_offset(ck_at at) { return at & 0xffffffffffffffu; }

/// A flat array of parameters for an update.
typedef struct ck_flat {
    int64_t count;
} ck_flat;

/// A parameter as a matrix, for Muon: as stored, and as it really is.
typedef struct ck_matrix {
    int32_t rows, columns, real_rows, real_columns;
} ck_matrix;

/// The most operands that an operation has.
enum { CK_OPERANDS = 10, CK_NAME_LENGTH = 32 };

/// One operation, 256 bytes, in memory as in a file (little-endian). Shapes are of one image:
/// rows count the pixels of an image, ck_images.images is 0.
typedef struct ck_op {
    uint32_t code;              ///< ck_opcode
    int32_t layer;              ///< random numbers: their layer (0 to 4095); losses and counts: the number of their report
    int32_t group;              ///< updates: whose rates apply, an index into ck_step.groups
    int32_t option;             ///< as ops.def says
    float value[4];             ///< as ops.def says
    ck_at at[CK_OPERANDS];      ///< in the order of ops.def
    union {
        ck_conv conv;
        ck_dense dense;
        ck_pool pool;
        ck_rows rows;
        ck_images images;
        ck_concatenate concatenate;
        ck_cross_entropy cross_entropy;
        ck_gather gather;
        ck_warp warp;
        ck_flat flat;
        ck_matrix matrix;
        uint8_t bytes[112];
    } shape;
    char name[CK_NAME_LENGTH];  ///< for messages and times: "conv1 forward"; ends with a zero byte
} ck_op;

typedef enum ck_segment_kind { CK_TILES = 0, CK_PARTS = 1 } ck_segment_kind;

/// Phases of a call; values may be joined by |.
enum { CK_PREPARE = 1, CK_COMPUTE = 2, CK_UPDATE = 4 };

typedef struct ck_segment {
    uint32_t first, count; ///< operations
    uint32_t kind;         ///< ck_segment_kind
    uint32_t phase;        ///< one of CK_PREPARE, CK_COMPUTE, CK_UPDATE; in this order in the plan
} ck_segment;

typedef enum ck_array_type { CK_BYTES = 0, CK_FLOATS = 1, CK_INTEGERS = 2 } ck_array_type;

/// A caller's array: data and targets are taken by the indices of the batch, results are written in its order.
typedef struct ck_array {
    uint32_t type;         ///< ck_array_type; integers are int32_t
    uint32_t result;       ///< not 0: written, one item per image of the batch
    int64_t values;        ///< of one item
    char name[CK_NAME_LENGTH];
} ck_array;

/// A named parameter: outer x inputs x outputs numbers ([ky * kx][in][out], [pixel][channel][out], or [1][1][n]),
/// stored with its channels padded. Files hold them without the padding.
typedef struct ck_parameter {
    char name[2 * CK_NAME_LENGTH];
    uint64_t offset;       ///< bytes, in CK_PARAMETERS
    int32_t outer, inputs, inputs_stored, outputs, outputs_stored;
    uint32_t kind;         ///< ck_parameter_kind
} ck_parameter;

typedef enum ck_parameter_kind {
    CK_WEIGHT = 0,    ///< trained
    CK_STATISTIC = 1, ///< a running statistic: saved with the weights, not trained
    CK_CONSTANT = 2   ///< fixed: the weights of classes
} ck_parameter_kind;

/// How the bytes of a plan begin. Segments, operations, arrays and parameters follow, without gaps.
typedef struct ck_plan_header {
    char magic[8];                 ///< "CKPLAN\r\n"
    uint16_t major, minor;         ///< 1.0
    uint32_t bytes;                ///< of all
    uint32_t segments, ops, arrays, parameters, reports, groups;
    int32_t batch, lanes, tile;    ///< images at most, lanes, images of a tile at most
    int32_t zero;
    uint64_t parameter_bytes, state_bytes, shared_bytes, lane_bytes, batch_bytes, tile_bytes;
    uint64_t reserved[3];          ///< 0
} ck_plan_header;

/* --------------------------------------------------------------------- plans */

/// A checked plan. Immutable: any number of threads may run it at once, each with buffers of its own.
typedef struct ck_plan ck_plan;

/// Copies and checks the bytes of a plan. On failure *plan is NULL and ck_error_message() names the
/// operation, what was expected and what was found.
CK_API ck_status ck_plan_create(ck_plan **plan, const void *bytes, size_t size);
/// NULL is allowed.
CK_API void ck_plan_destroy(ck_plan *plan);

/// Bytes that the caller provides, each block at a multiple of 64, and what the plan itself takes.
typedef struct ck_plan_sizes {
    size_t parameters, gradients, state; ///< clear gradients and state before the first step
    size_t shared;                       ///< kept between calls: what CK_PREPARE made
    size_t arena;                        ///< for up to the given number of threads; need not be cleared
    size_t plan;                         ///< allocated by ck_plan_create
} ck_plan_sizes;

/// The memory for calls of up to `threads` threads (0: ck_default_threads()).
CK_API ck_status ck_plan_sizes_get(const ck_plan *plan, int32_t threads, ck_plan_sizes *sizes);

/// What a plan consists of; the pointers stay valid until it is destroyed.
CK_API const ck_plan_header *ck_plan_about(const ck_plan *plan);
CK_API const ck_segment *ck_plan_segments(const ck_plan *plan);
CK_API const ck_op *ck_plan_ops(const ck_plan *plan);
CK_API const ck_array *ck_plan_arrays(const ck_plan *plan);
CK_API const ck_parameter *ck_plan_parameters(const ck_plan *plan);

/// "conv_forward", or NULL for an unknown code.
CK_API const char *ck_op_name(uint32_t code);
/// The place in ck_op.at of an operand ("y", "x", ...) of an operation, -1 if it has none of that name.
CK_API int32_t ck_op_operand(uint32_t code, const char *operand);

/// What an operand is for. CK_SCRATCH: memory of a thread that means nothing before and behind the operation.
typedef enum ck_use { CK_READ = 0, CK_WRITTEN = 1, CK_ADDED_TO = 2, CK_SCRATCH = 3 } ck_use;

/// One operand as ops.def describes it for the shape at hand: what a writer of plans lays out memory by.
typedef struct ck_operand_about {
    const char *name;
    ck_use use;
    int32_t of_image; ///< not 0: `bytes` is per image
    int64_t bytes;    ///< of an array: values of an item
} ck_operand_about;

/// The operands of an operation whose code and shape are set, and valid, in a plan for `images` images at a time (parts: the
/// batch; tiles: a tile). Their number; 0 for an unknown code.
CK_API int32_t ck_op_describe(const ck_op *op, int32_t images, ck_operand_about operands[CK_OPERANDS]);

/// Between plain and stored form: a file's numbers (outer x inputs x outputs) and the parameters block.
CK_API void ck_parameter_store(float *parameters, const float *plain, const ck_parameter *parameter);
CK_API void ck_parameter_load(float *plain, const float *parameters, const ck_parameter *parameter);

/* ----------------------------------------------------------------------- runs */

enum { CK_GROUPS = 16, CK_ARRAYS = 16, CK_REPORTS = 16 };

/// What changes from step to step.
typedef struct ck_step {
    uint64_t seed;
    uint32_t epoch;          ///< augmentation draws by (seed, epoch, index in the data)
    uint32_t update;         ///< mixup draws by (seed, update, micro_step, place in the batch), dropout by (seed, update, micro_step, layer, place in the batch)
    uint32_t micro_step;     ///< below 4096
    int32_t accumulate;      ///< not 0: gradients are added to those there (micro-steps after the first)
    float loss_scale;        ///< of all gradients: 1 / number of micro-steps
    float clip_norm;         ///< > 0: gradients are scaled down to this norm, if the plan has a clip_factor
    float average_decay;     ///< of average_update
    ck_update groups[CK_GROUPS];
} ck_step;

typedef enum ck_run_flags {
    CK_FIND_FAULT = 1 ///< after each operation, look for NaN and infinity in what it wrote; slow
} ck_run_flags;

/// Where a number first went wrong, in the order of the plan.
typedef struct ck_fault {
    int32_t op;     ///< -1: nowhere
    int32_t image;  ///< place in the batch of the first image of the tile; -1: an operation on the whole batch
} ck_fault;

/// An array of the caller.
typedef struct ck_given {
    void *data;    ///< only read, unless it is a result
    int64_t items; ///< indices are below this
} ck_given;

/// One call.
typedef struct ck_run {
    size_t size;                   ///< sizeof(ck_run)
    const ck_kernels *kernels;     ///< NULL: ck_kernels_get(NULL). One that was used for CK_PREPARE serves later calls too
    uint32_t phases;               ///< CK_PREPARE | CK_COMPUTE | CK_UPDATE; a phase that the plan lacks is nothing
    uint32_t flags;                ///< ck_run_flags
    int32_t threads;               ///< 0: ck_default_threads()
    int32_t images;                ///< of this batch, 1 to the plan's batch
    float *parameters, *gradients, *state;
    void *shared, *arena;
    size_t arena_bytes;            ///< what `arena` was allocated with: says how many threads it serves
    const int64_t *indices;        ///< of the images in the arrays; NULL: 0, 1, 2, ...
    ck_given arrays[CK_ARRAYS];    ///< in the plan's order
    ck_step step;
    /* results */
    ck_loss reports[CK_REPORTS];   ///< per head: sum and weight; the loss is sum / weight, RMSE its root
    ck_fault fault;
    double *seconds;               ///< NULL, or one number per operation and thread: the time is added to seconds[thread * ops + op]
} ck_run;

/// A run with nothing set but its size, a loss scale of 1 and, in every group, factors that change nothing.
CK_API ck_run ck_run_make(void);

/// Runs the phases. Checks the buffers, indices and labels first: after an error nothing has been written.
CK_API ck_status ck_plan_run(const ck_plan *plan, ck_run *run);

/// How many threads ck_plan_run takes for so many images: no more than there is work for.
CK_API int32_t ck_plan_threads(const ck_plan *plan, uint32_t phases, int32_t images, int32_t threads);

#ifdef __cplusplus
}
#endif

#endif

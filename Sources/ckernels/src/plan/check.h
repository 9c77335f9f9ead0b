/* check.h - what the files that check a plan share.
 *
 *   check.c            from bytes to ck_plan: header, segments, arrays, parameters
 *   check_shape.c      each operation by itself: code, shape, options
 *   check_places.c     each operand: in its space, large enough, apart from the others of its operation; and
 *                      the plan's operations together: nothing is read that nobody wrote, no two threads meet in one
 * place
 */
#ifndef CK_PLAN_CHECK_H
#define CK_PLAN_CHECK_H

#include "plan.h"

/* No block, and no single size within one, is larger: so sums and products of a few of them fit in 63 bits. */
static const uint64_t ck_most_bytes = 1ull << 46;
enum { CK_MOST_ITEM = INT32_MAX, CK_MOST_EXTENT = 1 << 16 };

/* "ck_plan_create: operation 3 "conv1 forward" (conv_forward): ...": one line that names the place. */
ck_status ck_fail_op(const ck_plan *plan, uint32_t op, ck_status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What that line begins with. */
void ck_op_place(char *text, size_t room, const ck_plan *plan, uint32_t op);

/* Each operation by itself. */
ck_status ck_check_shapes(const ck_plan *plan);

/* Fills in plan->ready. */
ck_status ck_check_places(ck_plan *plan);

/* A name that ends within its room and can be printed. */
bool ck_name_is_fine(const char *name, size_t room);

#endif

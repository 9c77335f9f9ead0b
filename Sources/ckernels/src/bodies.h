/* bodies.h - every kernel body, for the instruction set that the including file has set up:
 * CK_NAME(f) gives each function the set's suffix, CK_LANES is the floats of one vector. */
#define CK_REAL float
#include "kernels/random_body.h"
#include "kernels/math_body.h"
#include "kernels/rows_body.h"
#include "kernels/gemm_body.h"
#include "kernels/conv_body.h"
#include "kernels/pool_body.h"
#include "kernels/pointwise_body.h"
#include "kernels/dropout_body.h"
#include "kernels/norm_body.h"
#include "kernels/loss_body.h"
#include "kernels/update_body.h"
#include "kernels/dense_update_body.h"
#include "kernels/muon_body.h"
#include "kernels/input_body.h"
#include "kernels/ink_body.h"
#include "kernels/warp_body.h"
#include "kernels/integer_body.h"
#undef CK_REAL

/* bodies.h - the plain twin of every kernel: sums in double, one loop per index, nothing clever. CK_REAL is how
 * values are stored: float in the library ("ref"), double in the tests ("ref64", for gradient checks).
 * Random, gather, integer and Muon code has one plain version, which serves here too. */
#include "../kernels/random_body.h"
#include "gemm_ref.h"
#include "conv_ref.h"
#include "pool_ref.h"
#include "pointwise_ref.h"
#include "dropout_ref.h"
#include "norm_ref.h"
#include "loss_ref.h"
#include "update_ref.h"
#include "../kernels/muon_body.h"
#include "../kernels/input_body.h"
#include "ink_ref.h"
#include "../kernels/warp_body.h"
#include "../kernels/integer_body.h"

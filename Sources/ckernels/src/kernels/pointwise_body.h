/* pointwise_body.h - for now the plain twins serve every instruction set. */
#include "../ref/pointwise_ref.h"

/* norm_body.h - for now the plain twins serve every instruction set. */
#include "../ref/norm_ref.h"

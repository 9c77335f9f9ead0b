/* pool_body.h - for now the plain twins serve every instruction set. */
#include "../ref/pool_ref.h"

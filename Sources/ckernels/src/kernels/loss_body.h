/* loss_body.h - for now the plain twins serve every instruction set. */
#include "../ref/loss_ref.h"

// zlib as Swift sees it: reading .gz files (MNIST is published as such).
#include <zlib.h>

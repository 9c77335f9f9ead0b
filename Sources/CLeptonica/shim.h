// leptonica as Swift sees it: reading picture files and working on pages.
// Its headers lie in a folder of their own; which name reaches them depends on whether
// pkg-config's include path is in use.
#if __has_include(<leptonica/allheaders.h>)
#include <leptonica/allheaders.h>
#else
#include <allheaders.h>
#endif

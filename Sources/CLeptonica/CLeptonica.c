#include "CLeptonica.h"

#include "COpen.h"

int cleptonica_open(cleptonica *library) {
    /* Of Debian, newer and older, and of Homebrew, whose folders are not searched. */
    const char *const names[] = {"libleptonica.so.6", "liblept.so.5", "/opt/homebrew/lib/libleptonica.dylib",
                                 "/usr/local/lib/libleptonica.dylib"};
    const copen_function functions[] = {
#define CLEPTONICA_PLACE(name) {#name, &library->name},
        CLEPTONICA_FUNCTIONS(CLEPTONICA_PLACE)
#undef CLEPTONICA_PLACE
    };
    return copen(names, sizeof names / sizeof names[0], functions, sizeof functions / sizeof functions[0]);
}

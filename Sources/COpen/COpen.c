#include "COpen.h"

#include <dlfcn.h>

int copen(const char *const *libraries, size_t library_count, const copen_function *functions, size_t function_count) {
    void *opened = NULL;
    for (size_t i = 0; i < library_count && !opened; i++) opened = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
    if (!opened) return 0;
    for (size_t i = 0; i < function_count; i++) {
        /* As POSIX shows it: C has no conversion between pointers to functions and to objects. */
        if (!(*(void **)functions[i].place = dlsym(opened, functions[i].name))) return 0;
    }
    return 1;
}

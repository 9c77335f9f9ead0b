#ifndef COPEN_H
#define COPEN_H

/* Libraries that are opened when something first needs them. Linked, they and the libraries that they need would be
 * loaded at every start of a program, which takes longer than reading one picture; and whoever does not need them need
 * not have them installed. */
#include <stddef.h>

/* A function by its name, and the pointer that becomes its address. */
typedef struct copen_function {
    const char *name;
    void *place;
} copen_function;

/* Opens the first of these libraries that there is, and finds the functions in it: 0 if none is there or one is missing. */
int copen(const char *const *libraries, size_t library_count, const copen_function *functions, size_t function_count);

#endif

/* status.c - version and errors. */
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

const char *ck_version(void) {
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
    return TEXT(CK_VERSION_MAJOR) "." TEXT(CK_VERSION_MINOR) "." TEXT(CK_VERSION_PATCH);
#undef TEXT
#undef TEXT_
}

const char *ck_strerror(ck_status status) {
    switch (status) {
    case CK_OK: return "no error";
    case CK_ERROR_NULL: return "a pointer that must not be NULL is";
    case CK_ERROR_SIZE: return "a size is zero, negative or too large, or sizes do not fit together";
    case CK_ERROR_OPTION: return "a value is outside its range";
    case CK_ERROR_ISA: return "this build or processor does not have the instruction set";
    case CK_ERROR_MEMORY: return "no memory for the working space";
    case CK_ERROR_FORMAT: return "the bytes are no plan or model image, or damaged";
    case CK_ERROR_PLAN: return "the plan's operations, shapes or places are not right";
    case CK_ERROR_BUFFER: return "a buffer is too small, not aligned to 64 bytes, or overlaps another";
    case CK_ERROR_DATA: return "an index lies beyond the data, or a label beyond the classes";
    case CK_ERROR_FILE: return "the file cannot be read";
    }
    return "unknown status";
}

static _Thread_local char message[512];

const char *ck_error_message(void) { return message; }

ck_status ck_fail(ck_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return status;
}

#ifndef CLEPTONICA_H
#define CLEPTONICA_H

/* leptonica as Swift sees it: reading picture files of the formats that DigitKit does not decode by itself. It is opened when
 * such a file is first read: it brings the libraries of all formats. Which name reaches its header depends on the system. */
#if __has_include(<leptonica/allheaders.h>)
#include <leptonica/allheaders.h>
#else
#include <allheaders.h>
#endif

#define CLEPTONICA_FUNCTIONS(F)                                                                                        \
    F(setMsgSeverity)                                                                                                  \
    F(pixReadHeaderMem)                                                                                                \
    F(pixReadMem)                                                                                                      \
    F(pixDestroy)                                                                                                      \
    F(pixGetColormap)                                                                                                  \
    F(pixcmapIsOpaque)                                                                                                 \
    F(pixRemoveColormap)                                                                                               \
    F(pixGetSpp)                                                                                                       \
    F(pixAlphaBlendUniform)                                                                                            \
    F(pixGetDepth)                                                                                                     \
    F(pixConvert1To8)                                                                                                  \
    F(pixConvertTo8)                                                                                                   \
    F(pixConvert16To8)                                                                                                 \
    F(pixConvert24To32)                                                                                                \
    F(pixGetWidth)                                                                                                     \
    F(pixGetHeight)                                                                                                    \
    F(pixGetWpl)                                                                                                       \
    F(pixGetData)

/* Its functions, each under its own name. */
typedef struct cleptonica {
#define CLEPTONICA_POINTER(name) __typeof__(&name) name;
    CLEPTONICA_FUNCTIONS(CLEPTONICA_POINTER)
#undef CLEPTONICA_POINTER
} cleptonica;

/* Opens leptonica: 0 if it is not installed. */
int cleptonica_open(cleptonica *library);

#endif

#ifndef CMODELS_H
#define CMODELS_H

#include <stddef.h>

/// A model that comes with DigitKit: a safetensors file, within the program.
typedef struct {
  const char *name;
  const unsigned char *bytes;
  size_t size;
} cmodels_model;

/// The models there are, from 0; NULL behind the last.
const cmodels_model *cmodels_at(size_t index);

#endif

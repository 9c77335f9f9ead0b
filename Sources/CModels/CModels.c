#include "CModels.h"

// C23's #embed, which clang knows in C11 as well: a program with its models is then one file. Aligned, so that numbers
// can be used where they lie.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const _Alignas(64) unsigned char digitnet[] = {
#embed "digitnet.safetensors"
};
static const _Alignas(64) unsigned char lenet5[] = {
#embed "lenet5.safetensors"
};
static const _Alignas(64) unsigned char tiny[] = {
#embed "tiny.safetensors"
};

static const cmodels_model models[] = {
    {"digitnet", digitnet, sizeof digitnet},
    {"lenet5", lenet5, sizeof lenet5},
    {"tiny", tiny, sizeof tiny},
};

const cmodels_model *cmodels_at(size_t index) {
  return index < sizeof models / sizeof models[0] ? &models[index] : NULL;
}

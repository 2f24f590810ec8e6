#ifndef SWIFTLET_CLZMA_SHIM_H
#define SWIFTLET_CLZMA_SHIM_H

#include <lzma.h>

// LZMA_CONCATENATED is a cast of a literal, which Swift does not import.
static const uint32_t CLZMA_CONCATENATED = LZMA_CONCATENATED;

#endif

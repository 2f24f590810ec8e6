#ifndef SWIFTLET_CBZIP2_SHIM_H
#define SWIFTLET_CBZIP2_SHIM_H

// bzlib.h declares BZ2_bzReadOpen and its kin with FILE.
#include <stdio.h>
#include <bzlib.h>

#endif

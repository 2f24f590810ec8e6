#ifndef C_SECCOMP_SHIM_H
#define C_SECCOMP_SHIM_H

#include <seccomp.h>

#endif

/// What Swift's Glibc module hides: variadic and GNU-only system calls as plain functions that return `-errno`.
/// No policy lives here.
#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_files.h"
#include "clinux_mounts.h"
#include "clinux_processes.h"
#include "clinux_terminals.h"
#include "clinux_user_namespace.h"
#include "clinux_xattrs.h"

#endif

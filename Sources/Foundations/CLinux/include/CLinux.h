/// What Swift's Glibc module does not export: variadic and GNU-only system calls as plain functions that return
/// `-errno`.
/// Contains no policy.
#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_files.h"
#include "clinux_mounts.h"
#include "clinux_processes.h"
#include "clinux_sockets.h"
#include "clinux_terminals.h"
#include "clinux_user_namespace.h"
#include "clinux_xattrs.h"

#endif

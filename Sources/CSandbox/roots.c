#include "child.h"

#include <sys/mount.h>

/* Declared by <sys/mount.h>, whose other contents clash with the kernel's header in some C libraries. */

/// How all functions here report errors. Include it first in each file, since it selects what the system's headers
/// declare.
#ifndef CLINUX_RESULT_H
#define CLINUX_RESULT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <errno.h>

/// The value of a system call, or `-errno`; interrupted calls are restarted.
#define LINUX_RESULT(call)                                                                                            \
    ({                                                                                                                \
        long linux_result_;                                                                                           \
        do {                                                                                                          \
            linux_result_ = (long)(call);                                                                             \
        } while (linux_result_ == -1 && errno == EINTR);                                                              \
        linux_result_ == -1 ? -(long)errno : linux_result_;                                                           \
    })

#endif

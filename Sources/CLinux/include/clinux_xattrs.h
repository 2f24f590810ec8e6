/// Extended attributes; the path forms never follow a symbolic link in the last component.
#ifndef CLINUX_XATTRS_H
#define CLINUX_XATTRS_H

#include "clinux_result.h"

#include <sys/types.h>
#include <sys/xattr.h>

static inline long linux_llistxattr(const char *path, char *list, size_t size) {
    return LINUX_RESULT(llistxattr(path, list, size));
}

static inline long linux_flistxattr(int fd, char *list, size_t size) {
    return LINUX_RESULT(flistxattr(fd, list, size));
}

static inline long linux_lgetxattr(const char *path, const char *name, void *value, size_t size) {
    return LINUX_RESULT(lgetxattr(path, name, value, size));
}

static inline long linux_fgetxattr(int fd, const char *name, void *value, size_t size) {
    return LINUX_RESULT(fgetxattr(fd, name, value, size));
}

static inline int linux_lsetxattr(const char *path, const char *name, const void *value, size_t size) {
    return (int)LINUX_RESULT(lsetxattr(path, name, value, size, 0));
}

static inline int linux_fsetxattr(int fd, const char *name, const void *value, size_t size) {
    return (int)LINUX_RESULT(fsetxattr(fd, name, value, size, 0));
}

static inline int linux_lremovexattr(const char *path, const char *name) {
    return (int)LINUX_RESULT(lremovexattr(path, name));
}

static inline int linux_fremovexattr(int fd, const char *name) {
    return (int)LINUX_RESULT(fremovexattr(fd, name));
}

#endif

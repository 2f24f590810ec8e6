#include "result.h"

#include "CLinux.h"

#include <sys/xattr.h>

long linux_llistxattr(const char *path, char *list, size_t size) {
    return LINUX_RESULT(llistxattr(path, list, size));
}

long linux_flistxattr(int fd, char *list, size_t size) {
    return LINUX_RESULT(flistxattr(fd, list, size));
}

long linux_lgetxattr(const char *path, const char *name, void *value, size_t size) {
    return LINUX_RESULT(lgetxattr(path, name, value, size));
}

long linux_getxattr(const char *path, const char *name, void *value, size_t size) {
    return LINUX_RESULT(getxattr(path, name, value, size));
}

long linux_fgetxattr(int fd, const char *name, void *value, size_t size) {
    return LINUX_RESULT(fgetxattr(fd, name, value, size));
}

int linux_lsetxattr(const char *path, const char *name, const void *value, size_t size) {
    return (int)LINUX_RESULT(lsetxattr(path, name, value, size, 0));
}

int linux_fsetxattr(int fd, const char *name, const void *value, size_t size) {
    return (int)LINUX_RESULT(fsetxattr(fd, name, value, size, 0));
}

int linux_lremovexattr(const char *path, const char *name) {
    return (int)LINUX_RESULT(lremovexattr(path, name));
}

int linux_fremovexattr(int fd, const char *name) {
    return (int)LINUX_RESULT(fremovexattr(fd, name));
}

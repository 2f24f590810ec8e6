/// Extended attributes; the l forms never follow a symbolic link in the last component.
#ifndef CLINUX_XATTRS_H
#define CLINUX_XATTRS_H

#include <stddef.h>

long linux_llistxattr(const char *path, char *list, size_t size);

long linux_flistxattr(int fd, char *list, size_t size);

long linux_lgetxattr(const char *path, const char *name, void *value, size_t size);

/// Follows a symbolic link.
long linux_getxattr(const char *path, const char *name, void *value, size_t size);

long linux_fgetxattr(int fd, const char *name, void *value, size_t size);

int linux_lsetxattr(const char *path, const char *name, const void *value, size_t size);

int linux_fsetxattr(int fd, const char *name, const void *value, size_t size);

int linux_lremovexattr(const char *path, const char *name);

int linux_fremovexattr(int fd, const char *name);

#endif

/// Enters a user namespace in the running process.
#ifndef CLINUX_USER_NAMESPACE_H
#define CLINUX_USER_NAMESPACE_H

#include <stddef.h>

/// How the two id maps of the new namespace are written: by two programs from outside, or as two texts.
struct linux_user_namespace_plan {
    /// newuidmap and newgidmap with their arguments (NULL-terminated, element 0 an absolute path), or both NULL.
    const char *const *uid_map_argv;
    const char *const *gid_map_argv;
    /// What to write to uid_map and gid_map without programs.
    const char *uid_map_text;
    const char *gid_map_text;
    /// Whether to write the texts from outside the new namespace, with the privileges held there, instead of from
    /// within.
    int write_from_outside;
    /// Whether to forbid setgroups(2) in the new namespace, which an unprivileged writer of gid_map must do.
    int deny_setgroups;
};

enum linux_user_namespace_step {
    LINUX_USER_NAMESPACE_PREPARE,
    LINUX_USER_NAMESPACE_UNSHARE,
    LINUX_USER_NAMESPACE_UID_MAP,
    LINUX_USER_NAMESPACE_GID_MAP,
    LINUX_USER_NAMESPACE_SETGROUPS,
    LINUX_USER_NAMESPACE_BECOME_ROOT,
    LINUX_USER_NAMESPACE_PROPAGATION,
};

/// Where and why entering failed.
struct linux_user_namespace_failure {
    enum linux_user_namespace_step step;
    /// errno, or 0 if a program failed.
    int error;
    /// The beginning of the failed program's standard error; NUL-terminated.
    char message[1024];
};

/// Moves the calling, single-threaded process into new user and mount namespaces, as user and group 0, without
/// supplementary groups if the namespace allows dropping them, and with no mount propagation out of the namespace.
/// Returns 0, or -1 with `failure` filled in. After a failure past the unshare step the process has no mapped ids:
/// report and exit.
int linux_user_namespace_enter(const struct linux_user_namespace_plan *plan,
                               struct linux_user_namespace_failure *failure);

#endif

#include "child.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int join_session_keyring(struct child *child)
{
    (void)child;
    long result = CHECKED(syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL));
    return result < 0 ? (int)result : 0;
}

int set_limit(struct child *child)
{
    struct rlimit wanted = {.rlim_cur = number(child, 1), .rlim_max = number(child, 2)};
    int resource = (int)number(child, 0);
    long result = CHECKED(syscall(SYS_prlimit64, 0, resource, &wanted, NULL));
    if (result != -EPERM)
        return (int)result;
    /* Only root of the host can raise a hard limit: settle for the current one. */
    struct rlimit current;
    result = CHECKED(syscall(SYS_prlimit64, 0, resource, NULL, &current));
    if (result < 0)
        return (int)result;
    wanted.rlim_max = wanted.rlim_max < current.rlim_max ? wanted.rlim_max : current.rlim_max;
    wanted.rlim_cur = wanted.rlim_cur < wanted.rlim_max ? wanted.rlim_cur : wanted.rlim_max;
    return (int)CHECKED(syscall(SYS_prlimit64, 0, resource, &wanted, NULL));
}

int drop_bounding_set(struct child *child)
{
    for (int capability = 0; capability < 64; capability++) {
        if (number(child, 0) >> capability & 1)
            continue;
        long result = CHECKED(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0));
        if (result == -EINVAL)
            break; /* beyond the kernel's last one */
        if (result < 0)
            return (int)result;
    }
    return 0;
}

int set_groups(struct child *child)
{
    return (int)CHECKED(syscall(SYS_setgroups, (size_t)number(child, 0), text(child, 0)));
}

int set_user(struct child *child)
{
    uid_t uid = (uid_t)number(child, 0);
    gid_t gid = (gid_t)number(child, 1);
    /* Changing from root would clear the permitted set, from which the requested ones are chosen afterwards. */
    long result = CHECKED(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
    if (result == 0)
        result = CHECKED(syscall(SYS_setresgid, gid, gid, gid));
    if (result == 0)
        result = CHECKED(syscall(SYS_setresuid, uid, uid, uid));
    return (int)result;
}

static int raise_ambient(uint64_t set)
{
    long result = CHECKED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    for (int capability = 0; capability < 64 && result == 0; capability++)
        if (set >> capability & 1)
            result = CHECKED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0));
    return (int)result;
}

int set_capabilities(struct child *child)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    for (int word = 0; word < _LINUX_CAPABILITY_U32S_3; word++) {
        data[word].effective = (uint32_t)(number(child, 0) >> 32 * word);
        data[word].permitted = (uint32_t)(number(child, 1) >> 32 * word);
        data[word].inheritable = (uint32_t)(number(child, 2) >> 32 * word);
    }
    long result = CHECKED(syscall(SYS_capset, &header, data));
    return result < 0 ? (int)result : raise_ambient(number(child, 3));
}

int load_seccomp_filter(struct child *child)
{
    struct sock_fprog program = {
        .len = (unsigned short)number(child, 0), .filter = (struct sock_filter *)text(child, 0)};
    return (int)CHECKED(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

int forbid_new_privileges(struct child *child)
{
    (void)child;
    return (int)CHECKED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

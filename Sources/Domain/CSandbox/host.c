#include "system_calls.h"

#include "include/CSandbox.h"

#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/statfs.h>

int sandbox_capabilities(uint64_t *effective, uint64_t *permitted)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    long result = CHECKED(syscall(SYS_capget, &header, data));
    if (result < 0)
        return (int)result;
    *effective = data[0].effective | (uint64_t)data[1].effective << 32;
    *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    return 0;
}

int sandbox_has_unified_control_groups(void)
{
    struct statfs statistics;
    return statfs("/sys/fs/cgroup", &statistics) == 0 && statistics.f_type == CGROUP2_SUPER_MAGIC;
}

int sandbox_memory_file(const char *name) { return (int)CHECKED(syscall(SYS_memfd_create, name, 1 /* MFD_CLOEXEC */)); }

/* Attempts what a container must not be able to do: prints `NAME refused` or `NAME ALLOWED` for each attempt. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void say(const char *name, int allowed) { printf("%s %s\n", name, allowed ? "ALLOWED" : "refused"); }

static int can_write(const char *path)
{
    int file = open(path, O_WRONLY);
    if (file < 0)
        return 0;
    int done = write(file, "0", 1) == 1;
    close(file);
    return done;
}

/* A device node that can be created and opened gives access to the device. */
static int can_use_device(mode_t kind, unsigned major_number, unsigned minor_number)
{
    unlink("/probe-device");
    if (mknod("/probe-device", kind | 0666, makedev(major_number, minor_number)) != 0)
        return 0;
    int file = open("/probe-device", O_RDONLY | O_NONBLOCK);
    unlink("/probe-device");
    return file >= 0;
}

int main(void)
{
    union bpf_attr map;
    memset(&map, 0, sizeof map);
    map.map_type = BPF_MAP_TYPE_ARRAY;
    map.key_size = map.value_size = 4;
    map.max_entries = 1;

    say("mount", mount("none", "/tmp", "tmpfs", 0, NULL) == 0);
    say("bind", mount("/etc", "/tmp", NULL, MS_BIND, NULL) == 0);
    say("remount", mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND, NULL) == 0);
    say("umount", umount2("/proc/kcore", MNT_DETACH) == 0 || umount2("/etc/hosts", MNT_DETACH) == 0);
    say("fsopen", syscall(430, "tmpfs", 0) >= 0);
    say("move_mount", syscall(429, AT_FDCWD, "/etc", AT_FDCWD, "/tmp", 0) >= 0);
    say("setns", setns(open("/proc/1/ns/mnt", O_RDONLY), CLONE_NEWNS) == 0);
    say("unshare", unshare(CLONE_NEWNS) == 0);
    say("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp") == 0);
    say("raw socket", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0);
    say("packet socket", socket(AF_PACKET, SOCK_RAW, 0) >= 0);
    say("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map) >= 0);
    say("keyctl", syscall(SYS_keyctl, 0, -3, 1) >= 0);
    say("add_key", syscall(SYS_add_key, "user", "probe", "x", 1, -3) >= 0);
    say("ptrace", ptrace(PTRACE_ATTACH, getppid(), 0, 0) == 0 && getppid() == 0);
    say("perf_event_open", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0) >= 0);
    say("userfaultfd", syscall(SYS_userfaultfd, 0) >= 0);
    say("init_module", syscall(SYS_init_module, "x", 1, "") == 0 || errno == ENOEXEC);
    say("kexec_load", syscall(SYS_kexec_load, 0, 0, NULL, 0) == 0);
    say("swapon", syscall(SYS_swapon, "/etc/passwd", 0) == 0 || errno == EINVAL);
    say("settimeofday", syscall(SYS_settimeofday, (long[]){1, 0}, NULL) == 0);
    say("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef, NULL) == 0);
    say("open_by_handle_at", syscall(SYS_open_by_handle_at, AT_FDCWD, "", 0) >= 0 || errno != EPERM);
    say("memory device", can_use_device(S_IFCHR, 1, 1));
    say("kernel log device", can_use_device(S_IFCHR, 1, 11));
    say("disk device", can_use_device(S_IFBLK, 254, 0) || can_use_device(S_IFBLK, 8, 0) || can_use_device(S_IFBLK, 7, 0));
    say("/proc/sys", can_write("/proc/sys/kernel/panic") || can_write("/proc/sys/vm/swappiness"));
    say("/proc/sys/kernel/core_pattern", can_write("/proc/sys/kernel/core_pattern"));
    say("/proc/sysrq-trigger", can_write("/proc/sysrq-trigger"));
    say("/sys", can_write("/sys/kernel/mm/transparent_hugepage/enabled") || can_write("/sys/power/state"));
    say("/sys/fs/cgroup", mkdir("/sys/fs/cgroup/probe", 0755) == 0);
    say("chroot escape", chdir("/proc/1/root/..") == 0 && access("/proc/1/root/work", F_OK) == 0);
    return 0;
}

#include "child.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>

#define DEVPTS_MAGIC 0x1cd1

int make_target(struct child *child)
{
    int target = open_target(child, text(child, 0), flag(child, SANDBOX_IS_DIRECTORY) ? TARGET_DIRECTORY : TARGET_FILE);
    if (target < 0)
        return target;
    close(target);
    return 0;
}

int make_node(struct child *child)
{
    const char *name;
    int parent = open_parent(child, text(child, 0), &name);
    if (parent < 0)
        return parent;
    dev_t device = makedev((unsigned)number(child, 1), (unsigned)number(child, 2));
    long result = CHECKED(mknodat(parent, name, (mode_t)number(child, 0), device));
    uid_t uid = (uid_t)number(child, 3);
    gid_t gid = (gid_t)(number(child, 3) >> 32);
    if (result == 0 && (uid != 0 || gid != 0))
        result = CHECKED(fchownat(parent, name, uid, gid, AT_SYMLINK_NOFOLLOW));
    close(parent);
    return (int)result;
}

int make_symlink(struct child *child)
{
    const char *name;
    int parent = open_parent(child, text(child, 0), &name);
    if (parent < 0)
        return parent;
    long result = CHECKED(symlinkat(text(child, 1), parent, name));
    close(parent);
    return result == -EEXIST ? 0 : (int)result;
}

int write_file(struct child *child)
{
    int file = open_in(child->root, text(child, 0), O_WRONLY | O_NOCTTY, RESOLVE_IN_ROOT);
    if (file < 0)
        return file;
    long result = CHECKED(write(file, text(child, 1), strlen(text(child, 1))));
    close(file);
    return result < 0 ? (int)result : 0;
}

/* Removes an unused mount target, and restores its parent's modification time. */
int remove_entry(struct child *child)
{
    const char *name;
    int parent = open_parent(child, text(child, 0), &name);
    if (parent < 0)
        return parent;
    struct stat before, entry;
    long result = CHECKED(fstat(parent, &before));
    if (result == 0)
        result = CHECKED(fstatat(parent, name, &entry, AT_SYMLINK_NOFOLLOW));
    if (result == 0 && !flag(child, SANDBOX_IS_DIRECTORY) && (!S_ISREG(entry.st_mode) || entry.st_size != 0))
        result = -ENOTEMPTY;
    if (result == 0)
        result = CHECKED(unlinkat(parent, name, flag(child, SANDBOX_IS_DIRECTORY) ? AT_REMOVEDIR : 0));
    if (result == 0) {
        struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, before.st_mtim};
        if (before.st_mtim.tv_sec == (time_t)number(child, 2) && before.st_mtim.tv_nsec == (long)number(child, 3)) {
            times[1].tv_sec = (time_t)number(child, 0);
            times[1].tv_nsec = (long)number(child, 1);
        }
        int directory = open_in(parent, ".", O_RDONLY | O_DIRECTORY, RESOLVE_BENEATH);
        result = directory < 0 ? directory : CHECKED(futimens(directory, times));
        if (directory >= 0)
            close(directory);
    }
    close(parent);
    return (int)result;
}

static int bind_console(struct child *child, int pseudo_terminals, int index)
{
    char digits[12];
    char *name = digits + sizeof digits;
    *--name = 0;
    do
        *--name = (char)('0' + index % 10);
    while ((index /= 10) > 0);

    int mount = open_tree_at(pseudo_terminals, name, OPEN_TREE_CLONE);
    if (mount < 0)
        return mount;
    int target = open_in(child->root, "dev/console", O_CREAT | O_WRONLY | O_NOFOLLOW | O_NOCTTY, RESOLVE_IN_ROOT);
    int result = target;
    if (target >= 0) {
        close(target);
        target = open_existing(child, "/dev/console");
        result = target < 0 ? target : move_mount_to(mount, target);
        close(target);
    }
    close(mount);
    return result;
}

/* Opens a pseudo-terminal in the container's own devpts: the controller goes to the parent, the other end is kept. */
int open_console(struct child *child)
{
    int pseudo_terminals = open_existing(child, "/dev/pts");
    if (pseudo_terminals < 0)
        return pseudo_terminals;
    /* In a running container something else may be there. */
    struct statfs file_system;
    int outer = (int)CHECKED(fstatfs(pseudo_terminals, &file_system));
    if (outer == 0)
        outer = file_system.f_type == DEVPTS_MAGIC ? 0 : -ENODEV;
    if (outer == 0)
        outer = open_in(pseudo_terminals, "ptmx", O_RDWR | O_NOCTTY, RESOLVE_BENEATH | RESOLVE_NO_XDEV);
    if (outer < 0) {
        close(pseudo_terminals);
        return outer;
    }
    int unlocked = 0, index = 0;
    struct winsize size = {.ws_row = (unsigned short)number(child, 0), .ws_col = (unsigned short)number(child, 1)};
    long result = CHECKED(ioctl(outer, TIOCSPTLCK, &unlocked));
    if (result == 0)
        result = CHECKED(ioctl(outer, TIOCGPTN, &index));
    if (result == 0)
        result = child->console = (int)CHECKED(ioctl(outer, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (result >= 0 && (size.ws_row | size.ws_col) != 0)
        result = CHECKED(ioctl(outer, TIOCSWINSZ, &size));
    if (result >= 0)
        result = CHECKED(fchown(child->console, (uid_t)number(child, 2), (gid_t)-1));
    if (result >= 0 && number(child, 3) == 0)
        result = bind_console(child, pseudo_terminals, index);
    if (result >= 0) {
        struct sandbox_message message;
        message.kind = SANDBOX_CONSOLE_OPENED;
        send_message(child, &message, 0, outer);
    }
    close(outer);
    close(pseudo_terminals);
    return (int)result;
}

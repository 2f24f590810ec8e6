#include "child.h"

#include <limits.h>
#include <string.h>

#define LONGEST_OPTION 4096

static int configure(int context, unsigned command, const char *key, const char *value)
{
    return (int)CHECKED(syscall(SYS_fsconfig, context, command, key, value, 0));
}

/* "key=value" or "flag". */
static int configure_option(int context, const char *option)
{
    char key[LONGEST_OPTION];
    const char *separator = strchr(option, '=');
    if (separator == NULL)
        return configure(context, FSCONFIG_SET_FLAG, option, NULL);
    size_t length = (size_t)(separator - option);
    if (length >= sizeof key)
        return -EINVAL;
    memcpy(key, option, length);
    key[length] = 0;
    return configure(context, FSCONFIG_SET_STRING, key, separator + 1);
}

static int configure_all(int context, const char *source, const char *options)
{
    int result = source == NULL ? 0 : configure(context, FSCONFIG_SET_STRING, "source", source);
    for (const char *option = options; result == 0 && option != NULL && *option != 0; option += strlen(option) + 1)
        result = configure_option(context, option);
    return result == 0 ? configure(context, FSCONFIG_CMD_CREATE, NULL, NULL) : result;
}

/* Creates a detached mount. */
int new_mount(const char *type, const char *source, const char *options, uint64_t attributes)
{
    int context = (int)CHECKED(syscall(SYS_fsopen, type, 1 /* FSOPEN_CLOEXEC */));
    if (context < 0)
        return context;
    int result = configure_all(context, source, options);
    if (result == 0)
        result = (int)CHECKED(syscall(SYS_fsmount, context, 1 /* FSMOUNT_CLOEXEC */, (unsigned)attributes));
    close(context);
    return result;
}

static int attach(struct child *child, int mount, const char *path, enum target_kind kind)
{
    int target = open_target(child, path, kind);
    if (target < 0)
        return target;
    int result = move_mount_to(mount, target);
    close(target);
    return result;
}

int mount_file_system(struct child *child)
{
    int mount = new_mount(text(child, 1), text(child, 3), text(child, 2), number(child, 0));
    if (mount < 0)
        return mount;
    int result = attach(child, mount, text(child, 0), TARGET_DIRECTORY);
    if (result == 0 && number(child, 1) != 0)
        result = set_mount_attributes(mount, 0, number(child, 1), 0);
    close(mount);
    return result;
}

static int clone_source(const struct child *child, const char *source)
{
    return open_tree_at(AT_FDCWD, source, OPEN_TREE_CLONE | (flag(child, SANDBOX_RECURSIVE) ? AT_RECURSIVE : 0));
}

/* Done before anything is mounted: a source may contain the directory on which the root will be mounted. */
int clone_tree(struct child *child)
{
    if (number(child, 0) >= SANDBOX_SLOTS)
        return -EINVAL;
    int mount = clone_source(child, text(child, 0));
    child->trees[number(child, 0)] = mount;
    return mount < 0 ? mount : 0;
}

/* `source` is cloned with its flags and only restricted further: flags locked by a user namespace are kept. */
int mount_bind(struct child *child)
{
    uint64_t slot = number(child, 2), descriptor = number(child, 3);
    if (slot > SANDBOX_SLOTS || descriptor > INT_MAX)
        return -EINVAL;
    int mount = descriptor > 0 ? (int)descriptor - 1
                : slot > 0     ? child->trees[slot - 1]
                               : clone_source(child, text(child, 1));
    if (mount == -ENOENT && flag(child, SANDBOX_SKIP_MISSING))
        return 0;
    if (mount < 0)
        return mount;
    struct stat status;
    int result = (int)CHECKED(fstat(mount, &status));
    if (result == 0)
        result = set_mount_attributes(mount, number(child, 0), number(child, 1), flag(child, SANDBOX_RECURSIVE));
    if (result == 0)
        result = attach(child, mount, text(child, 0), S_ISDIR(status.st_mode) ? TARGET_DIRECTORY : TARGET_FILE);
    close(mount);
    return result;
}

static int hide_directory(int target)
{
    uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    int mount = new_mount("tmpfs", "tmpfs", "nr_inodes=1\0", attributes);
    if (mount < 0)
        return mount;
    int result = move_mount_to(mount, target);
    close(mount);
    return result;
}

static int hide_file(const struct child *child, int target)
{
    int null_device = open_existing(child, "/dev/null");
    if (null_device < 0)
        return null_device;
    int mount = open_tree_at(null_device, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    close(null_device);
    if (mount < 0)
        return mount;
    int result = set_mount_attributes(mount, MOUNT_ATTR_RDONLY, 0, 0);
    if (result == 0)
        result = move_mount_to(mount, target);
    close(mount);
    return result;
}

int mask_path(struct child *child)
{
    int target = open_existing(child, text(child, 0));
    if (target == -ENOENT || target == -ENOTDIR)
        return 0;
    if (target < 0)
        return target;
    struct stat status;
    int result = (int)CHECKED(fstat(target, &status));
    if (result == 0)
        result = S_ISDIR(status.st_mode) ? hide_directory(target) : hide_file(child, target);
    close(target);
    return result;
}

int make_path_read_only(struct child *child)
{
    int target = open_existing(child, text(child, 0));
    if (target == -ENOENT || target == -ENOTDIR)
        return 0;
    if (target < 0)
        return target;
    int mount = open_tree_at(target, "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
    int result = mount < 0 ? mount : set_mount_attributes(mount, MOUNT_ATTR_RDONLY, 0, 1);
    if (result == 0)
        result = move_mount_to(mount, target);
    if (mount >= 0)
        close(mount);
    close(target);
    return result;
}

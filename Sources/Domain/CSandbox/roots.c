#include "child.h"

static int adopt_root(struct child *child, const char *target)
{
    child->root = (int)CHECKED(open(target, O_PATH | O_DIRECTORY | O_CLOEXEC));
    return child->root < 0 ? child->root : 0;
}

int mount_overlay_root(struct child *child)
{
    /* Lower directories are relative to here, so that many fit into the one page for options. */
    int result = (int)CHECKED(chdir(text(child, 0)));
    if (result == 0)
        result = mount_classic("overlay", text(child, 2), "overlay", number(child, 0), text(child, 1));
    return result == 0 ? adopt_root(child, text(child, 2)) : result;
}

int mount_overlay_root_by_layers(struct child *child)
{
    int result = (int)CHECKED(chdir(text(child, 0)));
    if (result < 0)
        return result;
    int mount = new_mount("overlay", "overlay", text(child, 1), number(child, 0));
    if (mount < 0)
        return mount;
    int target = (int)CHECKED(open(text(child, 2), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (target < 0)
        return target;
    result = move_mount_to(mount, target);
    close(target);
    child->root = mount;
    return result;
}

int mount_directory_root(struct child *child)
{
    int target = (int)CHECKED(open(text(child, 0), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (target < 0)
        return target;
    int mount = open_tree_at(target, "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
    if (mount < 0)
        return mount;
    int result = set_mount_attributes(mount, 0, MS_PRIVATE, 1);
    if (result == 0)
        result = move_mount_to(mount, target);
    close(target);
    child->root = mount;
    return result;
}

int use_root_of_host(struct child *child)
{
    if (child->root >= 0)
        close(child->root);
    return adopt_root(child, "/");
}

int make_root_read_only(struct child *child)
{
    return set_mount_attributes(child->root, MOUNT_ATTR_RDONLY, 0, 0);
}

int enter_root(struct child *child)
{
    int result = (int)CHECKED(fchdir(child->root));
    if (result < 0)
        return result;
    if (flag(child, SANDBOX_CHANGE_ROOT)) {
        result = mount_classic(".", "/", NULL, MS_MOVE, NULL);
        if (result == 0)
            result = (int)CHECKED(chroot("."));
    } else {
        /* Stacks the old root on top of the new one, from where it is unmounted. */
        result = (int)CHECKED(syscall(SYS_pivot_root, ".", "."));
        if (result == 0)
            result = (int)CHECKED(syscall(SYS_umount2, ".", UNMOUNT_DETACH));
    }
    return result == 0 ? (int)CHECKED(chdir("/")) : result;
}

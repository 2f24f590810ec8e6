/*
 * Paths inside the new root, whose content is untrusted: openat2 confines every lookup to the root, and a missing mount
 * target is created without following links other than by reading them and restarting from the root.
 */
#include "child.h"

#include <linux/stat.h>
#include <string.h>

#define LONGEST_PATH 4096
#define MOST_LINKS 40

struct walk {
    struct child *child;
    char resolved[LONGEST_PATH]; /* without links, relative to the root; empty for the root itself */
    size_t length;
    char rest[LONGEST_PATH];
    size_t position; /* in rest */
    int links;
};

static int open_resolved(const struct walk *walk)
{
    const char *path = walk->length == 0 ? "." : walk->resolved;
    return open_in(walk->child->root, path, O_PATH | O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

static int push(struct walk *walk, const char *name, size_t length)
{
    size_t separator = walk->length > 0;
    if (walk->length + separator + length >= sizeof walk->resolved)
        return -ENAMETOOLONG;
    if (separator)
        walk->resolved[walk->length++] = '/';
    memcpy(walk->resolved + walk->length, name, length);
    walk->length += length;
    walk->resolved[walk->length] = 0;
    return 0;
}

static void pop(struct walk *walk)
{
    while (walk->length > 0 && walk->resolved[walk->length - 1] != '/')
        walk->length--;
    if (walk->length > 0)
        walk->length--;
    walk->resolved[walk->length] = 0;
}

/* Prepends a link's target to the rest of the path. */
static int follow(struct walk *walk, int link)
{
    char content[LONGEST_PATH];
    if (flag(walk->child, SANDBOX_NO_SYMLINKS) || ++walk->links > MOST_LINKS)
        return -ELOOP;
    long length = CHECKED(readlinkat(link, "", content, sizeof content));
    if (length < 0)
        return (int)length;
    size_t rest = strlen(walk->rest + walk->position);
    if ((size_t)length + 1 + rest >= sizeof walk->rest)
        return -ENAMETOOLONG;
    memmove(walk->rest + length + 1, walk->rest + walk->position, rest + 1);
    memcpy(walk->rest, content, (size_t)length);
    walk->rest[length] = '/';
    walk->position = 0;
    if (content[0] == '/')
        walk->resolved[walk->length = 0] = 0;
    else
        pop(walk);
    return 0;
}

/* Whether a directory is on the root's own mount: entries on other mounts (a tmpfs, a volume) are not part of it. */
static int same_mount(int root, int directory)
{
    struct statx first, second;
    if (syscall(SYS_statx, root, "", AT_EMPTY_PATH, STATX_MNT_ID, &first) < 0)
        return 0;
    if (syscall(SYS_statx, directory, "", AT_EMPTY_PATH, STATX_MNT_ID, &second) < 0)
        return 0;
    return first.stx_mnt_id == second.stx_mnt_id;
}

static void report_creation(
    const struct walk *walk, enum target_kind kind, const struct stat *before, const struct stat *after)
{
    struct sandbox_message message;
    message.kind = SANDBOX_CREATED;
    message.detail = kind == TARGET_DIRECTORY;
    message.before_seconds = before->st_mtim.tv_sec;
    message.before_nanoseconds = before->st_mtim.tv_nsec;
    message.after_seconds = after->st_mtim.tv_sec;
    message.after_nanoseconds = after->st_mtim.tv_nsec;
    memcpy(message.text, walk->resolved, walk->length + 1);
    send_message(walk->child, &message, walk->length + 1, -1);
}

/* Creates the entry `resolved`; its parent exists. */
static int create(struct walk *walk, enum target_kind kind)
{
    char path[LONGEST_PATH];
    size_t length = walk->length;
    memcpy(path, walk->resolved, length + 1);
    pop(walk);
    int parent = open_resolved(walk);
    memcpy(walk->resolved, path, length + 1);
    walk->length = length;
    if (parent < 0)
        return parent;

    const char *name = strrchr(path, '/');
    name = name == NULL ? path : name + 1;
    struct stat before, after;
    long result = CHECKED(fstat(parent, &before));
    if (result == 0)
        result = kind == TARGET_DIRECTORY ? CHECKED(mkdirat(parent, name, 0755))
                                          : CHECKED(mknodat(parent, name, S_IFREG | 0644, 0));
    if (result == 0)
        result = CHECKED(fstat(parent, &after));
    if (result == 0 && same_mount(walk->child->root, parent))
        report_creation(walk, kind, &before, &after);
    close(parent);
    return (int)result;
}

/* Processes the next component. Returns 1 if none is left. */
static int step(struct walk *walk, enum target_kind kind)
{
    walk->position += strspn(walk->rest + walk->position, "/");
    const char *name = walk->rest + walk->position;
    size_t length = strcspn(name, "/");
    if (length == 0)
        return 1;
    walk->position += length;
    if (length == 1 && name[0] == '.')
        return 0;
    if (length == 2 && name[0] == '.' && name[1] == '.')
        return pop(walk), 0;

    int result = push(walk, name, length);
    if (result < 0)
        return result;
    int entry = open_resolved(walk);
    if (entry == -ENOENT) {
        int is_last = walk->rest[walk->position + strspn(walk->rest + walk->position, "/")] == 0;
        result = create(walk, is_last ? kind : TARGET_DIRECTORY);
        if (result != -EEXIST)
            return result;
        /* Another container has made it meanwhile, in a directory that both see. */
        entry = open_resolved(walk);
    }
    if (entry < 0)
        return entry;
    struct stat status;
    result = (int)CHECKED(fstat(entry, &status));
    if (result == 0 && S_ISLNK(status.st_mode))
        result = follow(walk, entry);
    close(entry);
    return result;
}

static int open_creating(struct child *child, const char *path, enum target_kind kind)
{
    struct walk walk;
    walk.child = child;
    walk.length = walk.position = 0;
    walk.links = 0;
    walk.resolved[0] = 0;
    if (strlen(path) >= sizeof walk.rest)
        return -ENAMETOOLONG;
    strcpy(walk.rest, path);
    int result;
    do
        result = step(&walk, kind);
    while (result == 0);
    return result < 0 ? result : open_resolved(&walk);
}

int open_existing(const struct child *child, const char *path)
{
    uint64_t resolve = RESOLVE_IN_ROOT | (flag(child, SANDBOX_NO_SYMLINKS) ? RESOLVE_NO_SYMLINKS : 0);
    return open_in(child->root, path, O_PATH, resolve);
}

int open_target(struct child *child, const char *path, enum target_kind kind)
{
    int target = open_existing(child, path);
    if (target == -ENOENT && flag(child, SANDBOX_CREATE))
        return open_creating(child, path, kind);
    return target;
}

int open_parent(const struct child *child, const char *path, const char **name)
{
    char directory[LONGEST_PATH];
    const char *separator = strrchr(path, '/');
    *name = separator == NULL ? path : separator + 1;
    size_t length = separator == NULL ? 0 : (size_t)(separator - path);
    if (length >= sizeof directory)
        return -ENAMETOOLONG;
    memcpy(directory, path, length);
    directory[length] = 0;
    return open_existing(child, length == 0 ? "/" : directory);
}

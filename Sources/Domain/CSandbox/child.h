/* The child's side: state and operations, shared between the files of this target only. */
#ifndef CHILD_H
#define CHILD_H

#include "system_calls.h"

#include "include/CSandbox.h"

struct child {
    const char *plan;
    const struct sandbox_operation *operation; /* the current one */
    uint32_t index;
    uint32_t detail; /* included in the failure message */
    int channel;
    int root;    /* the new root, -1 until it is mounted */
    int console; /* the terminal's container end, -1 if there is none */
    int children; /* this process's list of children in /proc, for the supervisor */
    int trees[SANDBOX_SLOTS];
    char **arguments;
    char **environment;
};

static inline const char *text(const struct child *child, int index)
{
    uint32_t offset = child->operation->text[index];
    return offset == 0 ? NULL : child->plan + offset;
}

static inline uint64_t number(const struct child *child, int index) { return child->operation->number[index]; }

static inline int flag(const struct child *child, enum sandbox_flag wanted)
{
    return (child->operation->flags & (uint32_t)wanted) != 0;
}

/* messages.c */
void send_message(const struct child *child, struct sandbox_message *message, size_t text_length, int descriptor);

/* interpreter.c */
_Noreturn void run_child(struct child *child);

/* targets.c: O_PATH descriptors of files inside the root. */
enum target_kind { TARGET_FILE, TARGET_DIRECTORY };
int open_target(struct child *child, const char *path, enum target_kind kind);
int open_existing(const struct child *child, const char *path);
/* The parent directory of `path`, whose last component is stored in `name`. */
int open_parent(const struct child *child, const char *path, const char **name);

/* roots.c */
int mount_overlay_root(struct child *child);
int mount_overlay_root_by_layers(struct child *child);
int mount_directory_root(struct child *child);
int use_root_of_host(struct child *child);
int make_root_read_only(struct child *child);
int enter_root(struct child *child);

/* mounts.c */
int new_mount(const char *type, const char *source, const char *options, uint64_t attributes);
int mount_file_system(struct child *child);
int clone_tree(struct child *child);
int mount_bind(struct child *child);
int mask_path(struct child *child);
int make_path_read_only(struct child *child);

/* entries.c */
int make_target(struct child *child);
int make_node(struct child *child);
int make_symlink(struct child *child);
int write_file(struct child *child);
int remove_entry(struct child *child);
int open_console(struct child *child);

/* namespaces.c */
int set_propagation(struct child *child);
int join_namespace(struct child *child);
int join_container(struct child *child);
int bring_loopback_up(struct child *child);
int set_hostname(struct child *child);
int set_domainname(struct child *child);

/* privileges.c */
int join_session_keyring(struct child *child);
int set_limit(struct child *child);
int drop_bounding_set(struct child *child);
int set_groups(struct child *child);
int set_user(struct child *child);
int set_capabilities(struct child *child);
int load_seccomp_filter(struct child *child);
int forbid_new_privileges(struct child *child);

/* processes.c */
void reset_signals(void);
int become_init(struct child *child);
void disguise_as_init(unsigned first_closed);
int start_session(struct child *child);
int place_streams(struct child *child);
int close_other_descriptors(struct child *child);
int await_release(struct child *child);
int set_parent_death_signal(struct child *child);
int change_directory(struct child *child);

/* supervisor.c */
int watch_children(struct child *child);
int become_supervisor(struct child *child);

/* execution.c */
int execute(struct child *child);

#endif

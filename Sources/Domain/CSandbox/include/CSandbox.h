/*
 * Executes a plan between clone and exec.
 *
 * A plan is one contiguous buffer: a header, an array of operations, and the texts they refer to. Its writer decides
 * what is done in which order; the interpreter here only executes it, using only async-signal-safe calls, in a child of
 * a process that may have other threads. Functions return 0 (or a value) on success, -errno on failure.
 */
#ifndef C_SANDBOX_H
#define C_SANDBOX_H

#include <stdint.h>
#include <sys/types.h>

/* Text arguments are offsets from the start of the plan, 0 for none. A "list" is a sequence of NUL-terminated texts
 * terminated by an empty one; a "vector" has as many NUL-terminated texts as its count (they may be empty). */
struct sandbox_operation {
    uint16_t code;
    uint16_t skip; /* operations to skip if this one succeeded: its fallbacks */
    uint32_t flags;
    uint32_t text[4];
    uint64_t number[4];
};

struct sandbox_plan {
    uint32_t size; /* of the whole buffer, which ends with a NUL */
    uint32_t operation_count;
};

enum sandbox_code {
    /* Mounts. Targets are paths inside the new root. */
    SANDBOX_PROPAGATION = 1, /* number: mount flags for "/" */
    SANDBOX_JOIN_NAMESPACE,  /* text: path; number: namespace type */
    SANDBOX_LOOPBACK_UP,
    SANDBOX_ROOT_OVERLAY,        /* text: working directory, option string, target; number: mount flags */
    SANDBOX_ROOT_OVERLAY_LAYERS, /* text: working directory, option list, target; number: mount attributes */
    SANDBOX_ROOT_DIRECTORY,      /* text: path */
    SANDBOX_ROOT_OF_HOST,        /* further targets are paths of the host */
    SANDBOX_MOUNT,          /* text: target, type, option list, source; number: attributes, propagation */
    SANDBOX_OPEN_TREE,      /* text: source; number: slot. Keeps a clone for a later BIND */
    SANDBOX_BIND,           /* text: target, source; number: attributes, propagation, slot + 1 or 0 for the source,
                               inherited descriptor of a detached tree + 1 (takes precedence) or 0 */
    SANDBOX_MAKE_TARGET,    /* text: target. Only creates it, with CREATE and optionally IS_DIRECTORY */
    SANDBOX_NODE,           /* text: target; number: mode, major, minor, owner (uid | gid << 32) */
    SANDBOX_SYMLINK,        /* text: target, content */
    SANDBOX_WRITE,          /* text: target, content */
    SANDBOX_MASK,           /* text: target */
    SANDBOX_READ_ONLY,      /* text: target */
    SANDBOX_ROOT_READ_ONLY,
    SANDBOX_CONSOLE,        /* number: rows, columns, owner's uid, 1: without /dev/console */
    SANDBOX_REMOVE,         /* text: target; number: modification seconds and nanoseconds to restore on the parent
                               if its own still equal numbers 2 and 3 */
    SANDBOX_HOSTNAME,       /* text: name */
    SANDBOX_DOMAINNAME,     /* text: name */
    SANDBOX_ENTER_ROOT,

    /* The process. */
    SANDBOX_SESSION_KEYRING,
    SANDBOX_LIMIT,          /* number: resource, soft, hard */
    SANDBOX_INIT,
    SANDBOX_WATCH_CHILDREN, /* opens what SUPERVISE reads, while the host's /proc is visible */
    SANDBOX_SUPERVISE,      /* without a pid namespace: a process that kills all later ones at the end */
    SANDBOX_SESSION,
    SANDBOX_STREAMS,        /* number: descriptors for 0, 1, 2; SANDBOX_NULL_DEVICE for /dev/null */
    SANDBOX_CLOSE_DESCRIPTORS,
    SANDBOX_AWAIT_RELEASE,
    SANDBOX_BOUNDING,       /* number: capability set */
    SANDBOX_GROUPS,         /* text: array of uint32_t; number: count */
    SANDBOX_USER,           /* number: uid, gid */
    SANDBOX_CAPABILITIES,   /* number: effective, permitted, inheritable, ambient */
    SANDBOX_PARENT_DEATH,   /* number: signal */
    SANDBOX_NO_NEW_PRIVILEGES,
    SANDBOX_SECCOMP,        /* text: array of struct sock_filter; number: count */
    SANDBOX_FILE_MASK,      /* number: umask */
    SANDBOX_DIRECTORY,      /* text: path; with CREATE, number: owner (uid, gid) of what is missing */
    SANDBOX_EXECUTE,        /* text: vectors of candidates, arguments, environment; number: their counts */
    SANDBOX_EXIT,           /* number: status */

    SANDBOX_JOIN_CONTAINER, /* number: pidfd of its first process, descriptor of its root, CLONE_NEW* flags */
};

enum sandbox_flag {
    SANDBOX_OPTIONAL = 1 << 0,     /* failures are ignored */
    SANDBOX_RECURSIVE = 1 << 1,    /* BIND: include the mounts below the source */
    SANDBOX_NO_SYMLINKS = 1 << 2,  /* refuse a target reached through a symbolic link */
    SANDBOX_CREATE = 1 << 3,       /* create a missing target and report it */
    SANDBOX_IS_DIRECTORY = 1 << 4, /* REMOVE, MAKE_TARGET: the target's type */
    SANDBOX_CHANGE_ROOT = 1 << 5,  /* ENTER_ROOT: move the mount and chroot instead of pivot_root */
    SANDBOX_TERMINAL = 1 << 6,     /* SESSION, STREAMS: the console is the controlling terminal */
    SANDBOX_DEFERRED = 1 << 7,     /* DIRECTORY: ignore EACCES, a later operation retries */
    SANDBOX_SKIP_MISSING = 1 << 8, /* BIND: ignore a missing source */
};

#define SANDBOX_NULL_DEVICE UINT64_MAX
#define SANDBOX_SLOTS 512

/* The messages from the child to its parent. After a successful exec the channel reaches its end. */
enum sandbox_message_kind {
    SANDBOX_FAILED = 1, /* operation, error, detail */
    SANDBOX_CREATED,    /* detail: 1 for a directory; text: path without symbolic links; the parent's times */
    SANDBOX_CONSOLE_OPENED, /* descriptor */
};

/* Detail of a failed EXECUTE: the file exists, but what it needs (its interpreter) does not. */
#define SANDBOX_INTERPRETER_MISSING 1

struct sandbox_message {
    uint32_t kind;
    uint32_t operation;
    int32_t error;
    uint32_t detail;
    int32_t descriptor;
    uint32_t reserved;
    int64_t before_seconds, before_nanoseconds; /* the parent directory's modification time before the creation */
    int64_t after_seconds, after_nanoseconds;   /* and after it */
    char text[4096];
};

struct sandbox_process {
    pid_t pid;
    int pidfd;
    int channel;
    int kill_signal; /* kills it and everything it started */
};

/* Starts a child that executes the plan in new namespaces (CLONE_NEW* flags) and waits for `sandbox_release` before it
 * continues past SANDBOX_AWAIT_RELEASE. It is killed when the calling process dies, however that happens. */
int sandbox_launch(const void *plan, uint64_t namespaces, struct sandbox_process *process);
int sandbox_release(const struct sandbox_process *process);
/* Returns 1 if a message was read, 0 at the end. */
int sandbox_receive(const struct sandbox_process *process, struct sandbox_message *message);
/* Waits for the process to end and, if it is the first of its pid namespace, for all others in there. */
int sandbox_wait(const struct sandbox_process *process, int *exited, int *status);
int sandbox_signal(const struct sandbox_process *process, int number);

/* The same, by its pidfd. */
int sandbox_signal_descriptor(int pidfd, int number);

/* Forwards this process's signals to a sandboxed one (or, unless `kill_signal` is 0, sends that on the first signal
 * that requests termination) until `sandbox_relay_end`, which returns the signal that caused the kill, 0 for none.
 * Returns a slot. */
int sandbox_relay_begin(int pidfd, int kill_signal);
int sandbox_relay_end(int slot);
/* Copies window size changes of `terminal` to `console`. */
void sandbox_relay_window(int slot, int terminal, int console);

/* Has `terminal` reset to `attributes` (a struct termios) if this process dies; NULL cancels that. */
int sandbox_guard_terminal(int terminal, const void *attributes);

/* The calling thread's capability sets. */
int sandbox_capabilities(uint64_t *effective, uint64_t *permitted);
/* Whether /sys/fs/cgroup is a version 2 hierarchy. */
int sandbox_has_unified_control_groups(void);
/* A descriptor of an unnamed file in memory. */
int sandbox_memory_file(const char *name);

#endif

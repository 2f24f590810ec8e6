#include "child.h"

static int run_operation(struct child *child)
{
    switch (child->operation->code) {
    case SANDBOX_PROPAGATION: return set_propagation(child);
    case SANDBOX_JOIN_NAMESPACE: return join_namespace(child);
    case SANDBOX_JOIN_CONTAINER: return join_container(child);
    case SANDBOX_LOOPBACK_UP: return bring_loopback_up(child);
    case SANDBOX_ROOT_OVERLAY: return mount_overlay_root(child);
    case SANDBOX_ROOT_OVERLAY_LAYERS: return mount_overlay_root_by_layers(child);
    case SANDBOX_ROOT_DIRECTORY: return mount_directory_root(child);
    case SANDBOX_ROOT_OF_HOST: return use_root_of_host(child);
    case SANDBOX_MOUNT: return mount_file_system(child);
    case SANDBOX_OPEN_TREE: return clone_tree(child);
    case SANDBOX_BIND: return mount_bind(child);
    case SANDBOX_MAKE_TARGET: return make_target(child);
    case SANDBOX_NODE: return make_node(child);
    case SANDBOX_SYMLINK: return make_symlink(child);
    case SANDBOX_WRITE: return write_file(child);
    case SANDBOX_MASK: return mask_path(child);
    case SANDBOX_READ_ONLY: return make_path_read_only(child);
    case SANDBOX_ROOT_READ_ONLY: return make_root_read_only(child);
    case SANDBOX_CONSOLE: return open_console(child);
    case SANDBOX_REMOVE: return remove_entry(child);
    case SANDBOX_HOSTNAME: return set_hostname(child);
    case SANDBOX_DOMAINNAME: return set_domainname(child);
    case SANDBOX_ENTER_ROOT: return enter_root(child);
    case SANDBOX_SESSION_KEYRING: return join_session_keyring(child);
    case SANDBOX_LIMIT: return set_limit(child);
    case SANDBOX_INIT: return become_init(child);
    case SANDBOX_WATCH_CHILDREN: return watch_children(child);
    case SANDBOX_SUPERVISE: return become_supervisor(child);
    case SANDBOX_SESSION: return start_session(child);
    case SANDBOX_STREAMS: return place_streams(child);
    case SANDBOX_CLOSE_DESCRIPTORS: return close_other_descriptors(child);
    case SANDBOX_AWAIT_RELEASE: return await_release(child);
    case SANDBOX_BOUNDING: return drop_bounding_set(child);
    case SANDBOX_GROUPS: return set_groups(child);
    case SANDBOX_USER: return set_user(child);
    case SANDBOX_CAPABILITIES: return set_capabilities(child);
    case SANDBOX_PARENT_DEATH: return set_parent_death_signal(child);
    case SANDBOX_NO_NEW_PRIVILEGES: return forbid_new_privileges(child);
    case SANDBOX_SECCOMP: return load_seccomp_filter(child);
    case SANDBOX_FILE_MASK: return umask((mode_t)number(child, 0)), 0;
    case SANDBOX_DIRECTORY: return change_directory(child);
    case SANDBOX_EXECUTE: return execute(child);
    case SANDBOX_EXIT: _exit((int)number(child, 0));
    default: return -EINVAL;
    }
}

static void report_failure(const struct child *child, int error)
{
    struct sandbox_message message;
    message.kind = SANDBOX_FAILED;
    message.operation = child->index;
    message.error = error;
    message.detail = child->detail;
    send_message(child, &message, 0, -1);
}

_Noreturn void run_child(struct child *child)
{
    const struct sandbox_plan *plan = (const struct sandbox_plan *)child->plan;
    const struct sandbox_operation *operations = (const struct sandbox_operation *)(plan + 1);

    reset_signals();
    umask(0); /* modes are exact; the requested umask is set at the end */
    for (child->index = 0; child->index < plan->operation_count; child->index++) {
        child->operation = &operations[child->index];
        child->detail = 0;
        int result = run_operation(child);
        if (result >= 0) {
            child->index += child->operation->skip;
        } else if (!flag(child, SANDBOX_OPTIONAL)) {
            report_failure(child, -result);
            _exit(125);
        }
    }
    _exit(0);
}

#include "child.h"

#include <string.h>

#define DEEPEST_INTERPRETER 5

/*
 * Until exec, /proc/self/exe still names the host's executable, whatever the root is. An image whose command is (or is
 * interpreted by) that link would get hold of it, so such magic links are refused. Without openat2 (old kernels,
 * seccomp filters) only the kernel's own protection of running executables remains.
 */
static int refuse_magic_links(const char *path, int depth)
{
    char start[256];
    int file = open_in(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (file == -ELOOP)
        return -ELOOP;
    if (file < 0)
        return 0; /* exec reports why */
    long length = CHECKED(read(file, start, sizeof start - 1));
    close(file);
    if (length < 3 || start[0] != '#' || start[1] != '!')
        return 0;
    start[length] = 0;
    char *interpreter = start + 2 + strspn(start + 2, " \t");
    interpreter[strcspn(interpreter, " \t\n")] = 0;
    return depth == DEEPEST_INTERPRETER || *interpreter == 0 ? 0 : refuse_magic_links(interpreter, depth + 1);
}

/* Searches like execvp: the first candidate that exists and is executable, otherwise the most informative error. */
int execute(struct child *child)
{
    const char *candidate = text(child, 0);
    int error = -ENOENT;
    for (uint64_t index = 0; index < number(child, 0); index++, candidate += strlen(candidate) + 1) {
        int result = refuse_magic_links(candidate, 0);
        if (result == 0)
            result = (int)CHECKED(execve(candidate, child->arguments, child->environment));
        if (result == -ENOENT && faccessat(AT_FDCWD, candidate, F_OK, 0) == 0) {
            child->detail = SANDBOX_INTERPRETER_MISSING;
            return result;
        }
        if (result == -EACCES)
            error = result;
        else if (result != -ENOENT && result != -ENOTDIR)
            return result;
    }
    return error;
}

#include "child.h"

#include <string.h>

#define DEEPEST_INTERPRETER 5

/*
 * Until exec this process still runs the host's executable, which /proc/self/exe names whatever the root is. An image
 * whose command is (or is interpreted by) that link would get hold of it, so links of that kind are not followed.
 * Kernels or filters without openat2 leave it at the kernel's own protection of running executables.
 */
static int refuse_magic_links(const char *path, int depth)
{
    char start[256];
    int file = open_in(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (file == -ELOOP)
        return -ELOOP;
    if (file < 0)
        return 0; /* exec finds out why */
    long length = CHECKED(read(file, start, sizeof start - 1));
    close(file);
    if (length < 3 || start[0] != '#' || start[1] != '!')
        return 0;
    start[length] = 0;
    char *interpreter = start + 2 + strspn(start + 2, " \t");
    interpreter[strcspn(interpreter, " \t\n")] = 0;
    return depth == DEEPEST_INTERPRETER || *interpreter == 0 ? 0 : refuse_magic_links(interpreter, depth + 1);
}

/* Like execvp's search: the first candidate that is there and may be executed; else the most telling error. */
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

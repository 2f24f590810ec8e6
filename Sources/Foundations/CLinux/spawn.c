#include "result.h"

#include "CLinux.h"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <time.h>
#include <unistd.h>

static int set_attributes(posix_spawnattr_t *attributes) {
    sigset_t defaults, none;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGCHLD);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0) error = posix_spawnattr_setsigdefault(attributes, &defaults);
    if (error == 0) error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return error;
}

static int set_actions(posix_spawn_file_actions_t *actions, const struct linux_spawn_plan *plan) {
    int error = 0;
    for (int stream = 0; stream < 3 && error == 0; stream++) {
        if (plan->streams[stream] >= 0)
            error = posix_spawn_file_actions_adddup2(actions, plan->streams[stream], stream);
    }
    if (error == 0 && plan->directory != NULL)
        error = posix_spawn_file_actions_addchdir_np(actions, plan->directory);
    return error;
}

int linux_spawn(const struct linux_spawn_plan *plan) {
    posix_spawnattr_t attributes;
    int error = posix_spawnattr_init(&attributes);
    if (error != 0) return -error;
    posix_spawn_file_actions_t actions;
    error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        posix_spawnattr_destroy(&attributes);
        return -error;
    }
    pid_t pid = -1;
    error = set_attributes(&attributes);
    if (error == 0) error = set_actions(&actions, plan);
    if (error == 0) {
        char *const *environment = plan->environment != NULL ? plan->environment : environ;
        error = posix_spawnp(&pid, plan->program, &actions, &attributes, plan->argv, environment);
    }
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error == 0 ? pid : -error;
}

long linux_write_unsignalled(int fd, const void *buffer, size_t count) {
    sigset_t pipe_signal, pending, before;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    int was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    long result = linux_write(fd, buffer, count);
    if (result == -EPIPE && !was_pending) {
        // Discard the signal raised by this write; it is directed at this thread.
        const struct timespec no_wait = {0, 0};
        LINUX_RESULT(sigtimedwait(&pipe_signal, NULL, &no_wait));
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

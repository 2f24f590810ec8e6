/*
 * Several sandboxes may run at once, in threads of a tool with one set of signal handlers: each gets the tool's signals
 * directly from the handler. The handlers are installed only while at least one sandbox runs.
 */
#include "system_calls.h"

#include "include/CSandbox.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>

#define MOST_SLOTS 256

struct slot {
    int pidfd; /* -1: free */
    int kill_signal; /* 0: signals are forwarded unchanged */
    int killed_by;
    int terminal, console; /* -1: none */
};

/* The first ones always, the others only where a container gets every signal. */
static const int relayed[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH, SIGALRM, SIGVTALRM,
                             SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGXCPU, SIGXFSZ};
#define ALWAYS_COUNT 8
#define NAMED_COUNT (sizeof relayed / sizeof *relayed)
/* The real-time signals of programs; the C library keeps those below. */
#define FIRST_REAL_TIME 34
#define LAST_REAL_TIME 64
#define RELAYED_COUNT (NAMED_COUNT + LAST_REAL_TIME - FIRST_REAL_TIME + 1)

static int relayed_signal(size_t index)
{
    return index < NAMED_COUNT ? relayed[index] : FIRST_REAL_TIME + (int)(index - NAMED_COUNT);
}

/* The slots are protected by a spin lock that is only held with all signals blocked, so a handler can take it without
 * deadlocking with its own thread. */
static atomic_flag busy = ATOMIC_FLAG_INIT;
static struct slot slots[MOST_SLOTS];
static int slot_limit; /* slots from here on are unused */

static pthread_mutex_t installation = PTHREAD_MUTEX_INITIALIZER;
static int installed_for;
static struct sigaction previous[RELAYED_COUNT];
static struct sigaction previous_child_action;

static void acquire(uint64_t *mask)
{
    change_signal_mask(UINT64_MAX, mask);
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
        ;
}

static void release(uint64_t mask)
{
    atomic_flag_clear_explicit(&busy, memory_order_release);
    change_signal_mask(mask, NULL);
}

static void copy_window_size(const struct slot *slot)
{
    struct winsize size;
    if (ioctl(slot->terminal, TIOCGWINSZ, &size) == 0)
        ioctl(slot->console, TIOCSWINSZ, &size);
}

static void pass_on(struct slot *slot, int number)
{
    int asks_to_end = number == SIGHUP || number == SIGINT || number == SIGQUIT || number == SIGTERM;
    if (number == SIGWINCH && slot->console >= 0) {
        copy_window_size(slot);
        return;
    }
    if (slot->kill_signal != 0 && asks_to_end) {
        slot->killed_by = number;
        number = slot->kill_signal;
    }
    syscall(SYS_pidfd_send_signal, slot->pidfd, number, NULL, 0);
}

static void handle(int number)
{
    int saved = errno;
    uint64_t mask;
    acquire(&mask);
    for (int index = 0; index < slot_limit; index++)
        if (slots[index].pidfd >= 0)
            pass_on(&slots[index], number);
    release(mask);
    errno = saved;
}

static void install_handlers(int forwards)
{
    for (size_t index = 0; index < RELAYED_COUNT; index++) {
        struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
        sigfillset(&action.sa_mask);
        sigaction(relayed_signal(index), NULL, &previous[index]);
        /* If the tool was started with a signal ignored (nohup), the signal must not end its work. But a container gets
         * every signal, as from other tools: in a script, whoever starts a job in the background has it ignore SIGINT. */
        if (forwards || (index < ALWAYS_COUNT && previous[index].sa_handler != SIG_IGN))
            sigaction(relayed_signal(index), &action, NULL);
    }
    /* If SIGCHLD is ignored, the kernel discards exit statuses. */
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigaction(SIGCHLD, NULL, &previous_child_action);
    if (previous_child_action.sa_handler == SIG_IGN)
        sigaction(SIGCHLD, &by_default, NULL);
}

static void restore_handlers(void)
{
    for (size_t index = 0; index < RELAYED_COUNT; index++)
        sigaction(relayed_signal(index), &previous[index], NULL);
    sigaction(SIGCHLD, &previous_child_action, NULL);
}

static int take_slot(int pidfd, int kill_signal)
{
    uint64_t mask;
    int index = 0;
    acquire(&mask);
    while (index < slot_limit && slots[index].pidfd >= 0)
        index++;
    if (index < MOST_SLOTS) {
        slots[index] = (struct slot){.pidfd = pidfd, .kill_signal = kill_signal, .terminal = -1, .console = -1};
        if (index == slot_limit)
            slot_limit++;
    }
    release(mask);
    return index < MOST_SLOTS ? index : -EMFILE;
}

int sandbox_relay_begin(int pidfd, int kill_signal)
{
    int slot = take_slot(pidfd, kill_signal);
    if (slot < 0)
        return slot;
    pthread_mutex_lock(&installation);
    if (installed_for++ == 0)
        install_handlers(kill_signal == 0);
    pthread_mutex_unlock(&installation);
    return slot;
}

int sandbox_relay_end(int slot)
{
    uint64_t mask;
    acquire(&mask);
    int killed_by = slots[slot].killed_by;
    slots[slot].pidfd = -1;
    release(mask);

    pthread_mutex_lock(&installation);
    if (--installed_for == 0)
        restore_handlers();
    pthread_mutex_unlock(&installation);
    return killed_by;
}

void sandbox_relay_window(int slot, int terminal, int console)
{
    uint64_t mask;
    acquire(&mask);
    slots[slot].terminal = terminal;
    slots[slot].console = console;
    copy_window_size(&slots[slot]);
    release(mask);
}

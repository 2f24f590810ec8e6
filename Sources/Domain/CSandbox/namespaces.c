#include "child.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

int set_propagation(struct child *child)
{
    return mount_classic(NULL, "/", NULL, number(child, 0), NULL);
}

int join_namespace(struct child *child)
{
    int namespace = (int)CHECKED(open(text(child, 0), O_RDONLY | O_CLOEXEC));
    if (namespace < 0)
        return namespace;
    long result = CHECKED(syscall(SYS_setns, namespace, (int)number(child, 0)));
    close(namespace);
    return (int)result;
}

/* Only processes started from now on are in the PID namespace. Its processes must not be able to trace this one, which is
 * still the tool: it stops being dumpable before it can be seen. */
int join_container(struct child *child)
{
    long result = CHECKED(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
    if (result == 0)
        result = CHECKED(syscall(SYS_setns, (int)number(child, 0), (int)number(child, 2)));
    /* The root of the mount namespace need not be that of the container. */
    if (result == 0)
        result = CHECKED(fchdir((int)number(child, 1)));
    if (result == 0)
        result = CHECKED(chroot("."));
    if (result < 0)
        return (int)result;
    child->root = (int)CHECKED(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return child->root < 0 ? child->root : 0;
}

int bring_loopback_up(struct child *child)
{
    (void)child;
    int anything = (int)CHECKED(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (anything < 0)
        return anything;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    long result = CHECKED(ioctl(anything, SIOCSIFFLAGS, &request));
    close(anything);
    return (int)result;
}

int set_hostname(struct child *child)
{
    return (int)CHECKED(sethostname(text(child, 0), strlen(text(child, 0))));
}

int set_domainname(struct child *child)
{
    return (int)CHECKED(setdomainname(text(child, 0), strlen(text(child, 0))));
}

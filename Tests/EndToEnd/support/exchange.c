/* exchange DIRECTORY ONE OTHER: keeps swapping two names until a file "stop" exists next to them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    if (count != 4 || chdir(arguments[1]) != 0)
        return 2;
    if (close(open("started", O_CREAT | O_WRONLY, 0644)) != 0)
        return 2;
    alarm(120); /* even if the test dies */
    while (access("stop", F_OK) != 0)
        for (int index = 0; index < 1000; index++)
            if (renameat2(AT_FDCWD, arguments[2], AT_FDCWD, arguments[3], RENAME_EXCHANGE) != 0)
                return 1;
    return 0;
}

/* exchange DIRECTORY ONE OTHER: swaps two names until there is a file "stop" beside them. */
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
    alarm(120); /* whatever becomes of the test */
    while (access("stop", F_OK) != 0)
        for (int index = 0; index < 1000; index++)
            if (renameat2(AT_FDCWD, arguments[2], AT_FDCWD, arguments[3], RENAME_EXCHANGE) != 0)
                return 1;
    return 0;
}

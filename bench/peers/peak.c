// peak.c: runs a program and writes into a file how many bytes of memory it took at its largest.
//
//   peak <file> <program> [argument...]
//
// What the system counts for a process begins with what its parent took, so the parent of a small program must be small.

#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __APPLE__
enum { RSS_UNIT = 1 };
#else
enum { RSS_UNIT = 1024 };
#endif

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: peak <file> <program> [argument...]\n");
        return 2;
    }
    const pid_t child = fork();
    if (child == 0) {
        execv(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status;
    struct rusage use;
    FILE *file = fopen(argv[1], "w");
    if (child < 0 || file == NULL || wait4(child, &status, 0, &use) < 0) {
        perror(argv[1]);
        return 1;
    }
    fprintf(file, "%ld\n", use.ru_maxrss * RSS_UNIT);
    return fclose(file) == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

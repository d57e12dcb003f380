#define _GNU_SOURCE
#include "cspawn.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs in the child of a multi-threaded process: only system calls, no allocation. Returns only on failure.
static int become(const cspawn_request *request, pid_t parent) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) != 0 || setpgid(0, 0) != 0) return errno;
    if (request->changes_user
        && (syscall(SYS_setgroups, 0, NULL) != 0
            || syscall(SYS_setresgid, request->gid, request->gid, request->gid) != 0
            || syscall(SYS_setresuid, request->uid, request->uid, request->uid) != 0))
        return errno;
    // After the change of user, which would clear it; the parent may have died before it took effect.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    if (getppid() != parent) return ECHILD;
    if (request->folder && chdir(request->folder) != 0) return errno;
    int null = open("/dev/null", O_RDWR);
    // Copies above the standard descriptors first, so that none is overwritten before it is used.
    int output = fcntl(request->output < 0 ? null : request->output, F_DUPFD, 10);
    int error = fcntl(request->error < 0 ? null : request->error, F_DUPFD, 10);
    if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0) return errno;
    // All others close at exec, and the pipe to the parent with them.
    if (syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) != 0) return errno;
    execve(request->path, request->arguments, request->environment ? request->environment : environ);
    return errno;
}

int cspawn(const cspawn_request *request, pid_t *pid) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        int code = become(request, parent);
        (void)!write(report[1], &code, sizeof code);
        _exit(127);
    }
    int code = child < 0 ? errno : 0;
    close(report[1]);
    if (child > 0 && read(report[0], &code, sizeof code) == sizeof code) waitpid(child, NULL, 0);
    close(report[0]);
    *pid = child;
    return code;
}

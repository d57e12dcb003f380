// Starting a child process with what posix_spawn cannot do: another user, and death with the parent.
#pragma once
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    const char *path;
    char *const *arguments;    // ends with NULL
    char *const *environment;  // ends with NULL; NULL = the parent's
    const char *folder;        // NULL = the parent's
    int output, error;         // descriptors that become 1 and 2; negative = /dev/null
    int changes_user;          // 0 or 1
    uint32_t uid, gid;
} cspawn_request;

// Starts the program in a process group of its own, with default signals, no inherited descriptors and empty standard
// input. The kernel kills it when the calling THREAD ends. Returns 0 and the pid, or the errno that prevented it.
int cspawn(const cspawn_request *request, pid_t *pid);

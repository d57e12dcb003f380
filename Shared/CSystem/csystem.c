#define _GNU_SOURCE
#include "csystem.h"
#include <malloc.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

void csystem_name_thread(const char *name) {
    char bounded[16] = {0};
    strncpy(bounded, name, sizeof bounded - 1);
    pthread_setname_np(pthread_self(), bounded);
}

pid_t csystem_thread_id(void) { return gettid(); }

int csystem_random(void *bytes, size_t count) {
    for (unsigned char *p = bytes; count > 0;) {
        ssize_t got = getrandom(p, count, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        p += got;
        count -= (size_t)got;
    }
    return 0;
}

int csystem_accept4(int listener, int flags) { return accept4(listener, NULL, NULL, flags); }

const void *csystem_find(const void *haystack, size_t count, const void *needle, size_t needle_count) {
    return memmem(haystack, count, needle, needle_count);
}

void csystem_trim_heap(void) { malloc_trim(0); }

int csystem_syncfs(int fd) { return syncfs(fd); }

// What Swift's Glibc module does not show of the operating system: GNU extensions, variadics and macros.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>

// CRC-32C (Castagnoli), by hardware where the processor has it. `crc` is the value so far, 0 to start.
uint32_t csystem_crc32c(uint32_t crc, const void *bytes, size_t count);

// The same by table, whatever the processor: the other half of its test.
uint32_t csystem_crc32c_by_table(uint32_t crc, const void *bytes, size_t count);

// Names the calling thread as `top -H` and debuggers show it; all after the first 15 bytes is dropped.
void csystem_name_thread(const char *name);

// The kernel's number of the calling thread.
pid_t csystem_thread_id(void);

// Fills `bytes` from the kernel's random source, waiting for it at boot; 0, or an errno.
int csystem_random(void *bytes, size_t count);

// accept4(2): the connection's descriptor, or -1 with errno.
int csystem_accept4(int listener, int flags);

// memmem(3): the first place of the needle in the haystack, or NULL.
const void *csystem_find(const void *haystack, size_t count, const void *needle, size_t needle_count);

// Gives free heap back to the system.
void csystem_trim_heap(void);

// syncfs(2): makes the file system that holds the descriptor durable; 0, or -1 with errno.
int csystem_syncfs(int fd);

// What Swift's Glibc module does not show of the operating system: GNU extensions, variadics and macros.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>

// CRC-32C (Castagnoli), by hardware where the processor has it. `crc` is the value so far, 0 to start.
uint32_t csystem_crc32c(uint32_t crc, const void *bytes, size_t count);

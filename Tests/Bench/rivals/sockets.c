// What the kernel alone takes: one thread that sends ready bytes to many loopback connections, or accepts them and
// answers a handshake, while another one reads. No protocol, no queue, no timers.
#include "rivals.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int ending;
static int reading_end;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int listen_anywhere(struct sockaddr_in *name) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t size = sizeof *name;
    *name = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (listener < 0 || bind(listener, (struct sockaddr *)name, size) || listen(listener, 4096)
        || getsockname(listener, (struct sockaddr *)name, &size))
        fail("listen");
    return listener;
}

static void watch(int epoll, int socket) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event)) fail("epoll_ctl");
}

// Reads whatever comes from any of the connections.
static void *read_all(void *bytes_read) {
    struct epoll_event events[512];
    static char buffer[1 << 18];
    long total = 0;
    while (!ending) {
        int count = epoll_wait(reading_end, events, 512, 20);
        for (int i = 0; i < count; i++) {
            ssize_t got = recv(events[i].data.fd, buffer, sizeof buffer, MSG_DONTWAIT);
            if (got > 0) total += got;
        }
    }
    *(long *)bytes_read = total;
    return NULL;
}

// Messages a second to `clients` connections.
int fanout(int clients, int message_bytes, double duration) {
    struct sockaddr_in name;
    int listener = listen_anywhere(&name);
    int *ends = calloc((size_t)clients, sizeof *ends);
    char *message = calloc(1, (size_t)message_bytes);
    if (!ends || !message) fail("memory");
    reading_end = epoll_create1(0);
    for (int i = 0; i < clients; i++) {
        int reader = socket(AF_INET, SOCK_STREAM, 0);
        if (reader < 0 || connect(reader, (struct sockaddr *)&name, sizeof name)) fail("connect");
        watch(reading_end, reader);
        if ((ends[i] = accept(listener, NULL, NULL)) < 0) fail("accept");
    }
    pthread_t thread;
    long total = 0;
    pthread_create(&thread, NULL, read_all, &total);
    double start = seconds_of(CLOCK_MONOTONIC);
    while (seconds_of(CLOCK_MONOTONIC) - start < duration)
        for (int i = 0; i < clients; i++)
            // Waits when the reader is behind: what counts is what both together can do.
            if (send(ends[i], message, (size_t)message_bytes, MSG_NOSIGNAL) < 0) fail("send");
    double seconds = seconds_of(CLOCK_MONOTONIC) - start;
    usleep(50000);
    ending = 1;
    pthread_join(thread, NULL);
    printf("messages_per_s %f\n", (double)total / message_bytes / seconds);
    return 0;
}

static const char request[] =
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
static const char response[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

struct connecting { struct sockaddr_in server; int clients; };

// In a process of its own, so that each has the descriptors of one side only.
static void connect_all(const struct connecting *plan) {
    char answer[256];
    int *sockets = calloc((size_t)plan->clients, sizeof *sockets);
    if (!sockets) fail("memory");
    for (int done = 0; done < plan->clients;) {
        int batch = plan->clients - done < 256 ? plan->clients - done : 256;
        for (int i = done; i < done + batch; i++) {
            sockets[i] = socket(AF_INET, SOCK_STREAM, 0);
            struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1u + (unsigned)i % 8)};
            int one = 1;
            setsockopt(sockets[i], IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
            if (sockets[i] < 0 || bind(sockets[i], (struct sockaddr *)&from, sizeof from)
                || connect(sockets[i], (struct sockaddr *)&plan->server, sizeof plan->server)
                || send(sockets[i], request, sizeof request - 1, MSG_NOSIGNAL) < 0)
                fail("connect");
        }
        for (int i = done; i < done + batch; i++)
            if (recv(sockets[i], answer, sizeof answer, 0) <= 0) fail("recv");
        done += batch;
    }
}

// Seconds until so many clients have their answer.
int connections(int clients) {
    struct sockaddr_in name;
    int listener = listen_anywhere(&name);
    int epoll = epoll_create1(0);
    struct connecting plan = {name, clients};
    char buffer[512];
    struct epoll_event events[512];
    watch(epoll, listener);
    double start = seconds_of(CLOCK_MONOTONIC);
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        connect_all(&plan);
        _exit(0);
    }
    for (int answered = 0; answered < clients;) {
        int count = epoll_wait(epoll, events, 512, 1000);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) {
                int client = accept(listener, NULL, NULL);
                if (client < 0) fail("accept");
                watch(epoll, client);
            } else if (recv(events[i].data.fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
                if (send(events[i].data.fd, response, sizeof response - 1, MSG_NOSIGNAL) < 0) fail("send");
                answered++;
            }
        }
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status) fail("the clients");
    printf("seconds %f\n", seconds_of(CLOCK_MONOTONIC) - start);
    return 0;
}

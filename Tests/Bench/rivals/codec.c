// protobuf-c over the Sparkplug schema: with its default allocator, and with an arena that is emptied per message.
#include "rivals.h"
#include "sparkplug_b.pb-c.h"

typedef Org__Eclipse__Tahu__Protobuf__Payload Payload;
typedef Org__Eclipse__Tahu__Protobuf__Payload__Metric Metric;

static unsigned char arena[1 << 16];
static size_t arena_used;
static void *arena_alloc(void *unused, size_t size) {
    (void)unused;
    size_t start = (arena_used + 15) & ~(size_t)15;
    if (start + size > sizeof arena) return NULL;
    arena_used = start + size;
    return arena + start;
}
static void arena_free(void *unused, void *pointer) { (void)unused; (void)pointer; }
static ProtobufCAllocator arena_allocator = {arena_alloc, arena_free, NULL};

static double decode(const unsigned char *bytes, size_t size, int count, ProtobufCAllocator *allocator) {
    uint64_t sum = 0;
    double start = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < count; i++) {
        arena_used = 0;
        Payload *payload = org__eclipse__tahu__protobuf__payload__unpack(allocator, size, bytes);
        if (!payload) { fprintf(stderr, "protobuf-c refuses the message\n"); exit(1); }
        for (size_t m = 0; m < payload->n_metrics; m++) sum += payload->metrics[m]->alias + payload->metrics[m]->timestamp;
        org__eclipse__tahu__protobuf__payload__free_unpacked(payload, allocator);
    }
    double seconds = seconds_of(CLOCK_THREAD_CPUTIME_ID) - start;
    if (sum == 1) printf(" ");
    return seconds;
}

// Builds the tree for each message, as a program does that has new readings, and packs it.
static double encode(const Payload *model, int count, int with_arena, size_t expected) {
    unsigned char out[1 << 13];
    double start = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < count; i++) {
        arena_used = 0;
        size_t n = model->n_metrics;
        Payload payload = *model;
        payload.metrics = with_arena ? arena_alloc(NULL, n * sizeof(Metric *)) : malloc(n * sizeof(Metric *));
        for (size_t m = 0; m < n; m++) {
            const Metric *from = model->metrics[m];
            Metric *metric = with_arena ? arena_alloc(NULL, sizeof(Metric)) : malloc(sizeof(Metric));
            org__eclipse__tahu__protobuf__payload__metric__init(metric);
            metric->has_alias = 1;
            metric->alias = from->alias;
            metric->has_timestamp = 1;
            metric->timestamp = from->timestamp;
            metric->value_case = from->value_case;
            if (from->value_case == ORG__ECLIPSE__TAHU__PROTOBUF__PAYLOAD__METRIC__VALUE_DOUBLE_VALUE)
                metric->double_value = from->double_value + i;
            else if (from->value_case == ORG__ECLIPSE__TAHU__PROTOBUF__PAYLOAD__METRIC__VALUE_LONG_VALUE)
                metric->long_value = from->long_value;
            else
                metric->string_value = from->string_value;
            payload.metrics[m] = metric;
        }
        if (org__eclipse__tahu__protobuf__payload__pack(&payload, out) != expected) {
            fprintf(stderr, "protobuf-c makes another message\n");
            exit(1);
        }
        if (!with_arena) {
            for (size_t m = 0; m < n; m++) free(payload.metrics[m]);
            free(payload.metrics);
        }
    }
    return seconds_of(CLOCK_THREAD_CPUTIME_ID) - start;
}

int codec(const char *message_file, int count) {
    size_t size;
    unsigned char *bytes = read_file(message_file, &size);
    Payload *model = org__eclipse__tahu__protobuf__payload__unpack(NULL, size, bytes);
    if (!model) { fprintf(stderr, "protobuf-c refuses the message\n"); return 1; }
    double per_metric = 1e9 / count / (double)model->n_metrics;
    printf("decode_malloc %f\n", decode(bytes, size, count, NULL) * per_metric);
    printf("decode_arena %f\n", decode(bytes, size, count, &arena_allocator) * per_metric);
    printf("encode_malloc %f\n", encode(model, count, 0, size) * per_metric);
    printf("encode_arena %f\n", encode(model, count, 1, size) * per_metric);
    return 0;
}

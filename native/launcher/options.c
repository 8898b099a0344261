#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FIRST_YOUNG INT64_C(41943040) /* 40m */
#define FIRST_OLD INT64_C(16777216)       /* 16m */
#define SURVIVOR_RATIO 8                  /* HotSpot's default */

/* Without memory no JVM would start anyway. */
static void *need(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static char *copy(mj_span_t value)
{
    char *text = need(malloc(value.len + 1));
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    return text;
}

char *mj_setting(mj_span_t record, const char *name)
{
    mj_span_t value;
    if (!mj_record_find(record, name, &value) || memchr(value.data, '\0', value.len) != NULL) {
        return NULL;
    }
    return copy(value);
}

static void add_text(mj_options_t *options, char *text)
{
    options->texts = need(realloc(options->texts, ((size_t)options->count + 1) * sizeof(char *)));
    options->texts[options->count++] = text;
}

void mj_options_add(mj_options_t *options, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) {
        abort();
    }
    va_end(arguments);
    add_text(options, text);
}

static bool starts_with(mj_span_t value, const char *prefix)
{
    size_t len = strlen(prefix);
    return value.len >= len && memcmp(value.data, prefix, len) == 0;
}

/* -XX:+UseParallelGC and the like: two collectors would keep the JVM from starting. */
static bool chooses_collector(mj_span_t option)
{
    return starts_with(option, "-XX:+Use") && option.len > 10 && memcmp(option.data + option.len - 2, "GC", 2) == 0;
}

/* -Xmx, -Xmn and the like: next to other sizes than they expect, ours would keep the JVM from
 * starting. */
static bool chooses_sizes(mj_span_t option)
{
    static const char *const words[] = {"HeapSize=", "NewSize=", "SurvivorRatio=", "NewRatio=", "RAMPercentage=", "RAMFraction="};
    if (starts_with(option, "-Xm")) {
        return true;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (memmem(option.data, option.len, words[i], strlen(words[i])) != NULL) {
            return true;
        }
    }
    return false;
}

static bool has_option(mj_span_t record, bool (*is)(mj_span_t option))
{
    mj_record_iter_t iter = {.rest = record};
    while (mj_record_next(&iter) == APR_SUCCESS) {
        if (mj_span_is(iter.name, "java-option") && is(iter.value)) {
            return true;
        }
    }
    return false;
}

/* The young generation has its size from the start, for throughput: pages that nobody uses are
 * given back when nothing is to be done (modjvm.health.MemoryTrimmer). The old one starts small,
 * and shrinks at once when there is less. */
static void add_sizes(mj_options_t *options, int64_t heap)
{
    int64_t young = heap / 3 < MAX_FIRST_YOUNG ? heap / 3 : MAX_FIRST_YOUNG;
    int64_t first = young + FIRST_OLD < heap ? young + FIRST_OLD : heap;
    options->eden = young - 2 * (young / (SURVIVOR_RATIO + 2)); /* it may be smaller by an alignment */
    mj_options_add(options, "-XX:InitialHeapSize=%lld", (long long)first);
    mj_options_add(options, "-XX:NewSize=%lld", (long long)young);
    mj_options_add(options, "-XX:-ShrinkHeapInSteps");
}

/* In -XX:ErrorFile a % begins a directive. */
static void add_error_file(mj_options_t *options, const char *folder)
{
    char *escaped = need(malloc(2 * strlen(folder) + 1)), *end = escaped;
    for (; *folder != '\0'; folder++) {
        if (*folder == '%') {
            *end++ = '%';
        }
        *end++ = *folder;
    }
    *end = '\0';
    mj_options_add(options, "-XX:ErrorFile=%s/hs_err_pid%%p.log", strcmp(escaped, "/") == 0 ? "" : escaped);
    free(escaped);
}

/* What hundreds of idle JVMs need not take of a machine. */
static void add_thrift(mj_options_t *options)
{
    mj_options_add(options, "-XX:+UnlockDiagnosticVMOptions");
    mj_options_add(options, "-XX:+UnlockExperimentalVMOptions");
    /* Else the JDK's archive of classes is written to as it is moved to another address, and no two
     * JVMs share it. */
    mj_options_add(options, "-XX:ArchiveRelocationMode=0");
    /* Else a thread wakes up four times a second, and two others once, to look for work. */
    mj_options_add(options, "-XX:AsyncDeflationInterval=20000");
    mj_options_add(options, "-XX:GuaranteedSafepointInterval=0");
    mj_options_add(options, "-XX:ServiceThreadCleanupInterval=60000");
    /* They grow as they fill. The JDK's own strings and symbols are in its archive, and these are
     * nearly empty: 768 KB otherwise. */
    mj_options_add(options, "-XX:StringTableSize=4096");
    mj_options_add(options, "-XX:SymbolTableSize=4096");
}

mj_options_t mj_options_make(mj_span_t record, const char *jars, const char *error_folder)
{
    mj_options_t options = {.count = 0};
    mj_record_iter_t iter = {.rest = record};
    int64_t heap = mj_record_number(record, "heap", 0);
    int64_t stack_size = mj_record_number(record, "stack-size", 0);
    char *home = mj_setting(record, "home");

    mj_options_add(&options, "-Djava.class.path=%s/modjvm-api.jar:%s/modjvm-spi.jar:%s/modjvm-host.jar", jars, jars, jars);
    if (home != NULL) { /* else the JVM asks for the user's own, whatever home= says */
        mj_options_add(&options, "-Duser.home=%s", home);
    }
    if (heap > 0) {
        mj_options_add(&options, "-Xmx%lld", (long long)heap);
    }
    if (stack_size > 0) {
        mj_options_add(&options, "-Xss%lld", (long long)stack_size);
    }
    if (!has_option(record, chooses_collector)) {
        mj_options_add(&options, "-XX:+UseSerialGC"); /* the least memory, and many JVMs share the machine */
        if (heap > 0 && !has_option(record, chooses_sizes)) {
            add_sizes(&options, heap);
        }
    }
    mj_options_add(&options, "-XX:+ExitOnOutOfMemoryError"); /* the supervisor replaces it: better than one that limps */
    add_thrift(&options);
    /* Else each JVM keeps a file in /tmp that it writes to at each safepoint: a stall whenever the
     * disk is busy. jcmd and jstack work without it, jps and jstat do not. */
    mj_options_add(&options, "-XX:-UsePerfData");
    if (error_folder != NULL) {
        add_error_file(&options, error_folder);
    }
    /* Else each thread keeps a direct buffer as large as the largest write it ever made. */
    mj_options_add(&options, "-Djdk.nio.maxCachedBufferSize=131072");
    options.own_count = options.count;
    while (mj_record_next(&iter) == APR_SUCCESS) {
        if (mj_span_is(iter.name, "java-option")) {
            add_text(&options, copy(iter.value));
        }
    }
    return options;
}

static bool is_private(const char *option)
{
    /* A property starts an agent on a port, or turns an application's own code on. */
    static const char *const private[] = {"-D",
                                          "-Xlog",
                                          "-verbose",
                                          "-XX:On",
                                          "-XX:StartFlightRecording",
                                          "-XX:FlightRecorderOptions",
                                          "-XX:ErrorFile=",
                                          "-XX:LogFile=",
                                          "-XX:+LogVMOutput",
                                          "-XX:+HeapDump",
                                          "-XX:HeapDumpPath="};
    size_t i;
    for (i = 0; i < sizeof(private) / sizeof(private[0]); i++) {
        if (strncmp(option, private[i], strlen(private[i])) == 0) {
            return true;
        }
    }
    return false;
}

mj_options_t mj_options_copy(const mj_options_t *options)
{
    mj_options_t copied = {.count = 0};
    int i;
    for (i = 0; i < options->count; i++) {
        if (i == 0 || !is_private(options->texts[i])) { /* the first is the class path */
            add_text(&copied, options->texts[i]);
        }
        if (i + 1 == options->own_count) {
            copied.own_count = copied.count;
        }
    }
    return copied;
}

/* For a JVM that runs the JDK's compiler for a fraction of a second, and nothing of anybody else's:
 * code is compiled once and quickly, and the JDK's own classes need no verification. */
mj_options_t mj_options_for_compiler(const mj_options_t *daemon)
{
    mj_options_t options = mj_options_copy(daemon);
    mj_options_add(&options, "-XX:+IgnoreUnrecognizedVMOptions");
    mj_options_add(&options, "-XX:TieredStopAtLevel=1");
    mj_options_add(&options, "-XX:-BytecodeVerificationRemote");
    return options;
}

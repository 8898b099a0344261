#include "archive_key.h"

#include "fnv.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#define TRAINING_HEAP (INT64_C(128) << 20)
#define TRAINING_THREADS 5
/* From this size on, references have 64 bits. */
#define LARGE_HEAP (INT64_C(32) << 30)
#define LIST_END(list) ((list) + sizeof(list) / sizeof((list)[0]))

/* Agents may change classes, other options name another archive, or other classes; what is in a
 * file that an option names is a user's. */
/* clang-format off */
static const char *const conflicts[] = {
    "-javaagent:", "-agentlib:", "-agentpath:", "-Xrun", "-Xshare", "-XX:AOT", "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit",
    "-XX:+AutoCreateSharedArchive", "-XX:SharedClassListFile", "-XX:Flags=", "-XX:VMOptionsFile=", "-Xbootclasspath", "--patch-module",
    "--module-path", "--upgrade-module-path", "--limit-modules", "-Djava.system.class.loader", "-Djava.class.path", "-Djava.home",
    "-Djdk.module", "-XX:DumpLoadedClassList", "-XX:+DynamicDumpSharedSpaces", "-XX:+RecordDynamicDumpInfo", "-XX:CDSManager",
    "-XX:CompileCommandFile", "-XX:CompilerDirectivesFile"};
/* clang-format on */

/* The JVM adds the modules of its management agent and of its flight recorder by itself. */
static const char *const module_conflicts[] = {"-Dcom.sun.management", "-XX:StartFlightRecording", "-XX:+FlightRecorder"};

/* Variables of the environment from which a JVM takes options. */
static const char *const variables[] = {"JAVA_TOOL_OPTIONS=", "_JAVA_OPTIONS="};

/* Options with which a JVM takes an archive that was made without them, in Java 17 and 25; and what
 * a second JVM would get in the way with: properties that start an agent on a port, files that it
 * would overwrite. */
/* clang-format off */
static const char *const irrelevant[] = {
    "-D", "-Xm", "-Xs", "-Xlog", "-Xrs", "-Xint", "-verbose", "-ea", "-da", "-esa", "-dsa", "-enableassertions", "-disableassertions",
    "-enablesystemassertions", "-disablesystemassertions", "-XX:On", "-XX:StartFlightRecording", "-XX:FlightRecorderOptions",
    "-XX:+FlightRecorder", "-XX:ErrorFile=", "-XX:LogFile=", "-XX:+LogVMOutput", "-XX:+HeapDump", "-XX:HeapDumpPath=",
    "-XX:MaxMetaspaceSize=", "-XX:MaxDirectMemorySize=", "-XX:ThreadStackSize=", "-XX:NativeMemoryTracking=", "-XX:ActiveProcessorCount=",
    "-XX:MaxHeapFreeRatio=", "-XX:MinHeapFreeRatio=", "-XX:SoftRefLRUPolicyMSPerMB=", "-XX:MaxGCPauseMillis=", "-XX:ParallelGCThreads=",
    "-XX:ConcGCThreads=", "-XX:CICompilerCount=", "-XX:ReservedCodeCacheSize=", "-XX:+AlwaysPreTouch", "-XX:+DisableExplicitGC",
    "-XX:+ExplicitGCInvokesConcurrent", "-XX:-OmitStackTraceInFastThrow", "-XX:+ExitOnOutOfMemoryError", "-XX:+CrashOnOutOfMemoryError",
    "-XX:+UsePerfData", "-XX:-UsePerfData", "-XX:+PrintFlagsFinal", "-XX:TieredStopAtLevel="};
/* clang-format on */

/* Sizes of the heap. */
static const char *const size_words[] = {"HeapSize=", "NewSize=", "NewRatio=", "RAMPercentage=", "RAMFraction="};

static bool starts_with(mj_span_t text, const char *prefix)
{
    apr_size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

static bool starts_with_any(mj_span_t text, const char *const *list, const char *const *end)
{
    while (list < end && !starts_with(text, *list)) {
        list++;
    }
    return list < end;
}

static bool sizes_heap(mj_span_t option)
{
    const char *const *word = size_words;
    while (word < LIST_END(size_words) && memmem(option.data, option.len, *word, strlen(*word)) == NULL) {
        word++;
    }
    return word < LIST_END(size_words);
}

static bool matters(mj_span_t option)
{
    return !starts_with_any(option, irrelevant, LIST_END(irrelevant)) && !(starts_with(option, "-XX:") && sizes_heap(option));
}

static bool names_file(mj_span_t option)
{
    return starts_with(option, "-XX:") && memchr(option.data, '/', option.len) != NULL && matters(option);
}

bool mj_archive_conflict(mj_span_t record, mj_span_t *conflict)
{
    mj_record_iter_t iter = {.rest = record};
    while (mj_record_next(&iter) == APR_SUCCESS) {
        if (mj_span_is(iter.name, "java-option") &&
            (starts_with_any(iter.value, conflicts, LIST_END(conflicts)) || names_file(iter.value))) {
            *conflict = iter.value;
            return true;
        }
        if (mj_span_is(iter.name, "env") && starts_with_any(iter.value, variables, LIST_END(variables))) {
            const char *equals = memchr(iter.value.data, '=', iter.value.len);
            *conflict = (mj_span_t){iter.value.data, (apr_size_t)(equals - iter.value.data)};
            return true;
        }
    }
    return false;
}

bool mj_archive_module_conflict(mj_span_t record, mj_span_t *conflict)
{
    mj_record_iter_t iter = {.rest = record};
    while (mj_record_next(&iter) == APR_SUCCESS) {
        if (mj_span_is(iter.name, "java-option") && starts_with_any(iter.value, module_conflicts, LIST_END(module_conflicts))) {
            *conflict = iter.value;
            return true;
        }
    }
    return false;
}

/* Of -Xmx4g and the like. @return 0 where it is none */
static int64_t read_heap(mj_span_t option, apr_pool_t *pool)
{
    static const char units[] = "kmgt";
    const char *prefix = starts_with(option, "-Xmx") ? "-Xmx" : "-XX:MaxHeapSize=", *unit;
    char *end;
    int64_t size;

    if (!starts_with(option, prefix)) {
        return 0;
    }
    size = strtoll(apr_pstrmemdup(pool, option.data + strlen(prefix), option.len - strlen(prefix)), &end, 10);
    unit = *end != '\0' ? strchr(units, *end | 0x20) : NULL;
    if (size < 0 || size > (INT64_C(1) << 40)) {
        return LARGE_HEAP;
    }
    for (; unit != NULL && unit >= units && size < LARGE_HEAP; unit--) {
        size <<= 10;
    }
    return size;
}

/* The last one counts. */
static bool has_large_heap(mj_span_t record, apr_pool_t *pool)
{
    int64_t heap = mj_record_number(record, "heap", 0);
    mj_record_iter_t iter = {.rest = record};
    while (mj_record_next(&iter) == APR_SUCCESS) {
        int64_t size = mj_span_is(iter.name, "java-option") ? read_heap(iter.value, pool) : 0;
        heap = size > 0 ? size : heap;
    }
    return heap >= LARGE_HEAP;
}

mj_span_t mj_archive_settings(mj_span_t record, apr_pool_t *pool)
{
    mj_record_builder_t *settings = mj_record_builder_make(pool);
    mj_record_iter_t iter = {.rest = record};

    mj_record_add(settings, "name", "training");
    mj_record_add(settings, "java-home", mj_record_text(record, "java-home", "", pool));
    mj_record_add_number(settings, "heap", TRAINING_HEAP);
    mj_record_add_number(settings, "threads", TRAINING_THREADS);
    if (has_large_heap(record, pool)) {
        mj_record_add(settings, "java-option", "-XX:-UseCompressedOops");
    }
    while (mj_record_next(&iter) == APR_SUCCESS) {
        if (mj_span_is(iter.name, "java-option") && matters(iter.value)) {
            mj_record_add_span(settings, "java-option", iter.value);
        }
    }
    return mj_record_bytes(settings);
}

const char *mj_archive_key(mj_span_t settings, uint64_t installation, apr_pool_t *pool)
{
    uint64_t sum = mj_fnv64(mj_fnv64(MJ_FNV64_BEGIN, settings.data, settings.len), &installation, sizeof(installation));
    return apr_psprintf(pool, "%016" APR_UINT64_T_HEX_FMT, sum);
}

/* The options of JVMDaemonProcess, the one list of them: what each is, its default and bounds,
 * and who reads it.
 *
 * native/pool-options.txt is the same as text, for Java, for tests and for people
 * (mj_options_text). */
#ifndef MJ_POOL_OPTIONS_H
#define MJ_POOL_OPTIONS_H

#include "record.h"

#include <stddef.h>

#define MJ_KILO ((int64_t)1024)
#define MJ_MEGA (MJ_KILO * 1024)
#define MJ_GIGA (MJ_MEGA * 1024)

typedef enum mj_option_kind_t {
    MJ_OPTION_TEXT,
    MJ_OPTION_GROUPS,      /**< a text that may be empty */
    MJ_OPTION_OWNER,       /**< a user or a group, which the record has as a number, if it has it */
    MJ_OPTION_FOLDER,      /**< an absolute path */
    MJ_OPTION_FILE,        /**< likewise */
    MJ_OPTION_PATHS,       /**< absolute paths, separated by colons */
    MJ_OPTION_CLASSES,     /**< likewise, of jars and folders */
    MJ_OPTION_FOLDERS,     /**< an absolute path; may repeat */
    MJ_OPTION_JVM_OPTIONS, /**< an option of the JVM; may repeat */
    MJ_OPTION_VARIABLES,   /**< NAME=VALUE; may repeat */
    MJ_OPTION_MASK,        /**< octal */
    MJ_OPTION_NUMBER,
    MJ_OPTION_RANGE,  /**< a number, or the least and the most */
    MJ_OPTION_SIZE,   /**< bytes */
    MJ_OPTION_TIME,   /**< microseconds in settings, milliseconds in records */
    MJ_OPTION_SWITCH, /**< off or on */
    MJ_OPTION_ORDER   /**< start-first or stop-first */
} mj_option_kind_t;

/** Who reads an option's entry of the pool record. */
typedef enum mj_option_reader_t {
    MJ_READ_BY_HTTPD = 1, /**< it has no entry */
    MJ_READ_BY_SUPERVISOR = 2,
    MJ_READ_BY_LAUNCHER = 4,
    MJ_READ_BY_HOST = 8
} mj_option_reader_t;

typedef struct mj_option_t {
    const char *name;
    mj_option_kind_t kind;
    unsigned readers;   /**< of mj_option_reader_t */
    const char *preset; /**< its default, as somebody would give it; NULL: there is none, or it depends on others */
    int64_t min;        /**< of a number, size, time or mask */
    int64_t max;
    size_t field;      /**< of mj_pool_settings_t */
    const char *entry; /**< of the pool record; NULL: none */
    size_t resolved; /**< the field that the entry is made from in place of `field`, whatever the option says; 0: there is none */
} mj_option_t;

/** All of them: those with an entry first, in the record's order. */
const mj_option_t *mj_options(size_t *count);

/** @return NULL if there is none of that name */
const mj_option_t *mj_option_find(const char *name);

/** Its default for a pool. @return NULL: none */
const char *mj_option_preset(const mj_option_t *option, const char *pool_name, apr_pool_t *pool);

/** The table as text, a line each: name, kind, default, least, most, entry, readers; `-` for
 *  what there is not. */
const char *mj_options_text(apr_pool_t *pool);

/* --- entries of a pool record, as whoever gets it reads them --- */

/** A number or a size. @return false if it is out of bounds, or none. Where there is no such
 *  entry, it is the default */
bool mj_entry_number(mj_span_t record, const char *entry, int64_t *number);

/** A time in microseconds. @return false if it is out of bounds, or none. Where there is no such
 *  entry, it is 0: off */
bool mj_entry_time(mj_span_t record, const char *entry, int64_t *us);

/** A mask. @return false if it is out of bounds, or none. Where there is no such entry, it is
 *  the default */
bool mj_entry_mask(mj_span_t record, const char *entry, apr_pool_t *pool, int *mask);

/** A text. Where there is no such entry, it is the default */
const char *mj_entry_text(mj_span_t record, const char *entry, const char *pool_name, apr_pool_t *pool);

#endif

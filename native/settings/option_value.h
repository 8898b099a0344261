/* Values of options, as they stand in the configuration. */
#ifndef MJ_OPTION_VALUE_H
#define MJ_OPTION_VALUE_H

#include "pool_options.h"

/** Whether it is a number of some kind, with bounds. */
bool mj_option_is_quantity(mj_option_kind_t kind);

/** Reads a number, size, time or mask. @return whether it is one, within the option's bounds */
bool mj_option_parse(const mj_option_t *option, const char *value, int64_t *number);

/** The opposite of mj_option_parse. */
const char *mj_option_quantity(const mj_option_t *option, int64_t number, apr_pool_t *pool);

/** The two words of a choice; the second is true. */
const char *const *mj_option_words(mj_option_kind_t kind);

/** Whether each value of it is kept. */
bool mj_option_may_repeat(mj_option_kind_t kind);

/** Sets the fields of an option.
 *  @param settings of mj_pool_settings_t
 *  @return NULL, or a message that names the option, the value and the mend */
const char *mj_option_apply(const mj_option_t *option, void *settings, apr_pool_t *pool, const char *value);

#endif

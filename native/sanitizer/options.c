/* What the sanitizers are told in a program that another one starts with an environment of its own:
 * the supervisor and all that it starts. tests/soak alone links this; MJ_SANITIZE_OPTIONS says
 * where reports go. */

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* A JVM uses these signals for its own work, and sets a stack for their handlers. */
#define LEAVE_SIGNALS_TO_THE_JVM ":handle_segv=0:handle_sigbus=0:handle_sigfpe=0:allow_user_segv_handler=1:use_sigaltstack=0"

__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return MJ_SANITIZE_OPTIONS LEAVE_SIGNALS_TO_THE_JVM;
}

__attribute__((visibility("default"))) const char *__ubsan_default_options(void)
{
    return MJ_SANITIZE_OPTIONS;
}

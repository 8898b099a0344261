/* What the board shows is jvm-supervisor's word: whatever a captured child of httpd writes over it
 * is put right. */
#include "harness.h"
#include "reopen.h"
#include "supervisor_driver.h"
#include "wakeup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* As a child of httpd can. */
static void overwrite(const driver_t *driver, int byte)
{
    int fd = mj_reopen(driver->client->board_fd, O_RDWR);
    struct stat st;
    void *all;

    ck_assert_int_eq(fstat(fd, &st), 0);
    all = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(all, MAP_FAILED);
    memset(all, byte, (size_t)st.st_size);
    munmap(all, (size_t)st.st_size);
    close(fd);
}

/* As a request does that is not served. */
static void wake(const driver_t *driver)
{
    int writer = mj_wakeup_writer(driver->client->wakeup);
    ck_assert_int_ge(writer, 0);
    mj_wakeup_send(writer);
    close(writer);
}

static bool is_like(const driver_t *driver, unsigned pool, const mj_board_view_t *before)
{
    mj_board_view_t now;
    unsigned i;

    mj_board_look(driver->board, pool, &now);
    if (now.state != before->state || now.slot_count != before->slot_count || now.last_error_at != before->last_error_at ||
        strcmp(now.last_error, before->last_error) != 0) {
        return false;
    }
    for (i = 0; i < now.slot_count; i++) {
        if (now.slots[i].state != before->slots[i].state || now.slots[i].pid != before->slots[i].pid ||
            now.slots[i].threads != before->slots[i].threads) {
            return false;
        }
    }
    return true;
}

static void await_like(driver_t *driver, unsigned pool, const mj_board_view_t *before, int byte)
{
    int64_t since = 0;
    while (!is_like(driver, pool, before)) {
        ck_assert_msg(driver_waits(&since), "pool %u is not shown again behind %#x\n%s", pool, (unsigned)byte,
                      driver_log(driver));
    }
}

static void await_settings(driver_t *driver, uint16_t settings, int byte)
{
    int64_t since = 0;
    while (mj_board_prospect(driver->board, 0, settings) != MJ_SETTINGS_EXPECTED ||
           mj_board_prospect(driver->board, 0, (uint16_t)(settings + 1)) != MJ_SETTINGS_UNKNOWN) {
        ck_assert_msg(driver_waits(&since), "its settings are not shown again behind %#x\n%s", (unsigned)byte,
                      driver_log(driver));
    }
}

static const int bytes[] = {0, 1, 2, 0x80, 0xff};
#define BYTES (sizeof(bytes) / sizeof(bytes[0]))

START_TEST(should_show_again_what_was_overwritten)
{
    driver_t *driver = driver_start();
    mj_record_builder_t *shop = driver_pool(driver, "shop", "");
    mj_board_view_t shop_view, down_view;
    size_t i;

    mj_record_add_number(shop, "processes", 3);
    mj_record_add_number(shop, "settings", 4711);
    ck_assert_str_eq(driver_configure(driver, shop, driver_pool(driver, "down", "fail")), "");
    driver_await(driver, " ready in ", 3);
    driver_await_state(driver, 1, MJ_POOL_DOWN); /* as long as it is tried, and fails */
    mj_board_look(driver->board, 0, &shop_view);
    ck_assert_uint_eq(shop_view.slot_count, 3);
    for (i = 0; i < BYTES; i++) {
        overwrite(driver, bytes[i]);
        wake(driver);
        await_like(driver, 0, &shop_view, bytes[i]);
        await_settings(driver, 4711, bytes[i]);
        driver_await_state(driver, 1, MJ_POOL_DOWN);
        mj_board_look(driver->board, 1, &down_view);
        ck_assert_ptr_eq(strstr(down_view.last_error, "pool down "), down_view.last_error);
        ck_assert_int_lt(llabs(mj_board_retry_at(driver->board, 1) - apr_time_now()), apr_time_from_sec(DEADLINE_S));
    }
    ck_assert_uint_eq(driver_count(driver, " ready in "), 3); /* nothing was done about it but to show it */
    driver_finish(driver);
}
END_TEST

/* Counts too: there is room again, for requests and for those who wait. The place of a daemon comes
 * with its key. */
START_TEST(should_serve_again)
{
    driver_t *driver = driver_start();
    mj_ticket_t before, now;
    uint32_t child;
    size_t i;

    driver_start_pool(driver, "");
    driver_await_state(driver, 0, MJ_POOL_READY);
    ck_assert_int_eq(mj_board_child_started(driver->board, 4711), APR_SUCCESS);
    ck_assert_int_eq(mj_board_child_init(driver->board, 4711, &child), APR_SUCCESS);
    mj_board_share(driver->board, 10, 10);
    ck_assert_int_eq(mj_board_admit(driver->board, 0, child, NULL, &before), MJ_ADMITTED);
    for (i = 0; i < BYTES; i++) {
        int64_t since = 0;
        bool is_served = false;
        overwrite(driver, bytes[i]);
        while (!is_served) {
            ck_assert_msg(driver_waits(&since), "not behind %#x: %u in flight, %u wait\n%s", (unsigned)bytes[i],
                          mj_board_in_flight(driver->board, 0, 0), mj_board_waiting(driver->board, 0), driver_log(driver));
            mj_board_clear_rows_of_nobody(driver->board); /* httpd's parent does so now and then, and its child */
            mj_board_keep_row(driver->board, 0);
            wake(driver);
            if (mj_board_queue_enter(driver->board, 0, child, 3) == MJ_QUEUED) {
                mj_board_queue_leave(driver->board, 0, child);
                is_served = mj_board_admit(driver->board, 0, child, NULL, &now) == MJ_ADMITTED && now.pid == before.pid;
            }
        }
        ck_assert_uint_eq(now.slot, before.slot);
        ck_assert_uint_eq(now.serial, before.serial);
        ck_assert_mem_eq(now.key.bytes, before.key.bytes, sizeof(before.key.bytes));
        mj_board_release(driver->board, &now);
    }
    mj_board_release(driver->board, &before);
    driver_finish(driver);
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("supervisor shown");
    TCase *shown = mj_case(suite, "shown");
    tcase_set_timeout(shown, 4 * DEADLINE_S);
    tcase_add_test(shown, should_show_again_what_was_overwritten);
    tcase_add_test(shown, should_serve_again);
    return suite;
}

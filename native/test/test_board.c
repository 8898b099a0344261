#include "board_case.h"
#include "harness.h"
#include "reopen.h"
#include "wakeup.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int wakeup;

/* --- life --- */

START_TEST(a_board_is_the_same_from_each_mapping)
{
    mj_board_t *other;
    mj_ticket_t ticket;
    struct stat st;
    int fd;

    ck_assert_int_ne(fcntl(board_fd, F_GETFD) & FD_CLOEXEC, 0);
    other = mj_board_map_again();
    ck_assert_uint_eq(mj_board_max_pools(board), 4);
    ck_assert_uint_eq(mj_board_max_pools(other), 4);
    mj_board_ready(3, 7, 2);
    ck_assert_int_eq(mj_board_admit(other, pool, child, NULL, &ticket), MJ_ADMITTED);
    ck_assert_uint_eq(ticket.pool, pool);
    ck_assert_uint_eq(ticket.slot, 3);
    ck_assert_uint_eq(ticket.serial, 7);
    ck_assert_uint_eq(ticket.pid, 1007);
    ck_assert_uint_eq(ticket.child, child);
    mj_board_unmap(other);
    mj_board_release(board, &ticket);
    ck_assert_uint_eq(mj_board_room(), 2);
    ck_assert_int_eq(fstat(board_fd, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(ftruncate(board_fd, 0), -1);
    ck_assert_int_eq(errno, EBADF); /* it is open for nothing */
    fd = mj_reopen(board_fd, O_RDWR);
    ck_assert_int_eq(ftruncate(fd, 0), -1);
    ck_assert_int_eq(errno, EPERM);
    close(fd);
}
END_TEST

/* What another module of httpd forks. @return what the process that does so ends with */
static int in_a_fork(int (*act)(void))
{
    int status;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        _exit(act());
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int look_for_the_mapping(void)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");

    while (fgets(line, sizeof(line), maps) != NULL) {
        if (strstr(line, "mod_jvm") != NULL) {
            return 1;
        }
    }
    fclose(maps);
    return 0;
}

START_TEST(a_mapping_is_not_inherited)
{
    ck_assert_int_eq(look_for_the_mapping(), 1);
    ck_assert_int_eq(in_a_fork(look_for_the_mapping), 0);
}
END_TEST

static int open_as_another_user(void)
{
    static const int ways[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_NONBLOCK};
    mj_board_t *other;

    /* dumpable: else /proc/self/fd would be root's, and the files' modes would not be asked */
    if (setgid(65534) != 0 || setuid(65534) != 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) {
        return 1;
    }
    for (size_t i = 0; i < COUNT(ways); i++) {
        if (mj_reopen(board_fd, ways[i]) >= 0 || errno != EACCES || mj_reopen(wakeup, ways[i]) >= 0 || errno != EACCES) {
            return 2;
        }
    }
    if (fchmod(board_fd, 0666) == 0 || mj_board_map(&other, board_fd, 4, 8) == APR_SUCCESS || write(wakeup, "", 1) >= 0) {
        return 3;
    }
    return mmap(NULL, 4096, PROT_READ, MAP_SHARED, board_fd, 0) == MAP_FAILED ? 0 : 4;
}

START_TEST(what_is_inherited_is_of_no_use_to_other_users)
{
    int reader;

    wakeup = mj_wakeup_make();
    ck_assert_int_ge(wakeup, 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(in_a_fork(open_as_another_user), 0);
    }
    reader = mj_wakeup_reader(wakeup);
    ck_assert_int_ge(reader, 0);
    close(reader);
    close(wakeup);
}
END_TEST

START_TEST(a_wakeup_is_received)
{
    int reader, writer;
    char rings[9];
    struct pollfd waiting = {.events = POLLIN};

    (void)signal(SIGPIPE, SIG_IGN); /* as httpd has it */
    wakeup = mj_wakeup_make();
    writer = mj_wakeup_writer(wakeup); /* before anybody listens */
    ck_assert_int_ge(writer, 0);
    mj_wakeup_send(writer);
    reader = mj_wakeup_reader(wakeup);
    waiting.fd = reader;
    mj_wakeup_send(writer);
    ck_assert_int_eq(poll(&waiting, 1, 0), 1);
    ck_assert_int_gt(read(reader, rings, sizeof(rings)), 0);
    ck_assert_int_eq(poll(&waiting, 1, 0), 0);
    for (int i = 0; i < 100000; i++) { /* nobody listens, and nobody waits */
        mj_wakeup_send(writer);
    }
    close(writer);
    while (read(reader, rings, sizeof(rings)) > 0) {
    }
    ck_assert_int_eq(poll(&waiting, 1, 0), 0); /* that nobody can write is no event */
    ck_assert_int_lt(read(writer, rings, 1), 0);
    close(reader);
    close(wakeup);
}
END_TEST

START_TEST(boards_without_bounds_are_refused)
{
    mj_board_t *other = NULL;
    int fd = -1;

    ck_assert_int_eq(mj_board_create(&other, &fd, 0, 1), APR_EINVAL);
    ck_assert_int_eq(mj_board_create(&other, &fd, 1, 0), APR_EINVAL);
    ck_assert_int_eq(mj_board_create(&other, &fd, 65537, 1), APR_EINVAL);
    ck_assert_int_eq(mj_board_create(&other, &fd, 1, 65537), APR_EINVAL);
    ck_assert_ptr_null(other);
    ck_assert_int_eq(fd, -1);
}
END_TEST

START_TEST(a_large_board_takes_memory_only_as_it_is_used)
{
    mj_board_t *large;
    unsigned last = 0;
    struct stat st;
    int fd;

    ck_assert_int_eq(mj_board_create(&large, &fd, 4096, 4096), APR_SUCCESS);
    ck_assert_int_eq(mj_board_claim(large, "a", &last), APR_SUCCESS);
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_int_lt(st.st_blocks, 2048); /* of 512 bytes */
    mj_board_unmap(large);
    close(fd);
}
END_TEST

/* A file of the board's size, and extra bytes more. */
static int forge(int fd, int extra, int seals)
{
    struct stat st;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(board_fd, &st), 0);
    ck_assert_int_eq(ftruncate(fd, st.st_size + extra), 0);
    ck_assert_int_eq(seals == 0 ? 0 : fcntl(fd, F_ADD_SEALS, seals), 0);
    return fd;
}

static int memory(void)
{
    return memfd_create("forged", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

static void assert_no_board(int fd, unsigned max_pools, unsigned max_children)
{
    mj_board_t *other = NULL;

    ck_assert_int_eq(mj_board_map(&other, fd, max_pools, max_children), APR_EINVAL);
    ck_assert_ptr_null(other);
    close(fd);
}

START_TEST(what_is_no_board_is_refused)
{
    static const unsigned wrong[] = {0, 1, 65536, 65537, 0x80000000, 0xffffffff};
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW;
    mj_board_t *other;
    int ends[2];
    int fd = forge(memory(), 0, seals);

    ck_assert_int_eq(mj_board_map(&other, fd, 4, 8), APR_SUCCESS); /* the forger's tools are right */
    mj_board_unmap(other);
    close(fd);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_no_board(forge(memory(), 0, seals), wrong[i], 8);
        assert_no_board(forge(memory(), 0, seals), 4, wrong[i]);
    }
    assert_no_board(forge(memory(), 1, seals), 4, 8);
    assert_no_board(forge(memory(), -1, seals), 4, 8);
    assert_no_board(memfd_create("empty", 0), 4, 8);
    assert_no_board(open("/dev/null", O_RDWR | O_CLOEXEC), 4, 8);
    ck_assert_int_eq(pipe(ends), 0);
    assert_no_board(ends[0], 4, 8);
    assert_no_board(-1, 4, 8);
    close(ends[1]);
}
END_TEST

START_TEST(a_board_that_could_shrink_is_refused)
{
    assert_no_board(forge(memory(), 0, 0), 4, 8);
    assert_no_board(forge(memory(), 0, F_SEAL_GROW), 4, 8);
    assert_no_board(forge(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), 0, 0), 4, 8);
}
END_TEST

/* A hostile child of httpd can write what it likes. */
START_TEST(who_has_which_place_is_not_read_from_the_board)
{
    unsigned first, second, again;
    struct stat st;
    int fd = mj_reopen(board_fd, O_RDWR);
    unsigned char *memory_of_all;

    ck_assert_int_eq(mj_board_claim(board, "a", &first), APR_SUCCESS);
    ck_assert_int_eq(fstat(fd, &st), 0);
    memory_of_all = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(memory_of_all, MAP_FAILED);
    for (int byte = 0; byte < 256; byte += 85) {
        memset(memory_of_all, byte, (size_t)st.st_size);
        ck_assert_int_eq(mj_board_claim(board, "a", &again), APR_SUCCESS);
        ck_assert_uint_eq(again, first);
        ck_assert_int_eq(mj_board_claim(board, "shop", &again), APR_SUCCESS);
        ck_assert_uint_eq(again, pool);
        ck_assert_int_eq(mj_board_claim(board, "b", &second), APR_SUCCESS);
        ck_assert_uint_eq(mj_board_places(board), 3);
        mj_board_child_died(board, 100);
        mj_board_child_died(board, (uint32_t)byte * 0x01010101);
        mj_board_unmap(mj_board_map_again());
    }
    munmap(memory_of_all, (size_t)st.st_size);
    close(fd);
}
END_TEST

/* --- pools --- */

START_TEST(a_pool_keeps_its_place)
{
    unsigned first, second, again;

    ck_assert_int_eq(mj_board_claim(board, "a", &first), APR_SUCCESS);
    ck_assert_int_eq(mj_board_claim(board, "b", &second), APR_SUCCESS);
    ck_assert_uint_ne(first, second);
    ck_assert_uint_ne(first, pool);
    ck_assert_int_eq(mj_board_pool_state(board, first), MJ_POOL_STARTING);
    mj_board_set_pool(board, first, MJ_POOL_READY, 0);
    ck_assert_int_eq(mj_board_claim(board, "a", &again), APR_SUCCESS);
    ck_assert_uint_eq(again, first);
    ck_assert_int_eq(mj_board_pool_state(board, first), MJ_POOL_READY);
    mj_board_set_pool(board, first, MJ_POOL_ENDING, 0);
    ck_assert_int_eq(mj_board_claim(board, "a", &again), APR_SUCCESS);
    ck_assert_uint_eq(again, first);
}
END_TEST

START_TEST(no_more_pools_are_claimed_than_there_are)
{
    unsigned places[4] = {pool}, place = 99;

    for (int i = 1; i < 4; i++) {
        ck_assert_int_eq(mj_board_claim(board, apr_itoa(test_pool, i), &places[i]), APR_SUCCESS);
        for (int k = 0; k < i; k++) {
            ck_assert_uint_ne(places[k], places[i]);
        }
    }
    ck_assert_int_eq(mj_board_claim(board, "one-more", &place), APR_ENOSPC);
    ck_assert_uint_eq(place, 99);
    ck_assert_int_eq(mj_board_claim(board, "2", &place), APR_SUCCESS);
    ck_assert_uint_eq(place, places[2]);
    mj_board_give_up(board, places[2]);
    ck_assert_int_eq(mj_board_claim(board, "one-more", &place), APR_SUCCESS);
    ck_assert_uint_eq(place, places[2]);
    ck_assert_int_eq(mj_board_claim(board, "2", &place), APR_ENOSPC);
}
END_TEST

START_TEST(a_pool_behind_a_free_place_is_still_found)
{
    unsigned a, b, again;

    ck_assert_int_eq(mj_board_claim(board, "a", &a), APR_SUCCESS);
    ck_assert_int_eq(mj_board_claim(board, "b", &b), APR_SUCCESS);
    mj_board_give_up(board, a);
    ck_assert_int_eq(mj_board_claim(board, "b", &again), APR_SUCCESS);
    ck_assert_uint_eq(again, b);
}
END_TEST

START_TEST(names_are_as_long_as_pools_may_have)
{
    char name[66];
    unsigned place, other;

    memset(name, 'n', 65);
    name[65] = '\0';
    ck_assert_int_eq(mj_board_claim(board, name, &place), APR_EINVAL);
    name[64] = '\0';
    ck_assert_int_eq(mj_board_claim(board, name, &place), APR_SUCCESS);
    ck_assert_int_eq(mj_board_claim(board, name, &other), APR_SUCCESS);
    ck_assert_uint_eq(place, other);
    name[63] = '\0';
    ck_assert_int_eq(mj_board_claim(board, name, &other), APR_SUCCESS);
    ck_assert_uint_ne(place, other);
}
END_TEST

START_TEST(a_pool_without_room_says_why)
{
    mj_assert_not_admitted(MJ_FULL);
    mj_board_set_pool(board, pool, MJ_POOL_STARTING, 0);
    mj_assert_not_admitted(MJ_FULL);
    mj_board_set_pool(board, pool, MJ_POOL_DOWN, 12345);
    mj_assert_not_admitted(MJ_POOL_IS_DOWN);
    mj_board_set_pool(board, pool, MJ_POOL_IDLE, 0);
    mj_assert_not_admitted(MJ_FULL);
    mj_board_set_pool(board, pool, MJ_POOL_DOWN, 12345);
    ck_assert_int_eq(mj_board_retry_at(board, pool), 12345);
    ck_assert_int_eq(mj_board_pool_state(board, pool), MJ_POOL_DOWN);
    mj_board_set_pool(board, pool, MJ_POOL_FREE, 0);
    mj_assert_not_admitted(MJ_POOL_IS_GONE);
    ck_assert_int_eq(mj_board_retry_at(board, pool), 0);
}
END_TEST

START_TEST(settings_can_be_had_where_a_daemon_has_them_or_is_awaited)
{
    uint32_t seen;

    mj_board_set_awaited(board, pool, 7);
    ck_assert_int_eq(mj_board_prospect(board, pool, 7), MJ_SETTINGS_EXPECTED);
    ck_assert_int_eq(mj_board_prospect(board, pool, 8), MJ_SETTINGS_UNKNOWN);
    mj_board_set_settings(board, pool, 0, 8);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_STARTING, 1, 1001, 2);
    ck_assert_int_eq(mj_board_prospect(board, pool, 8), MJ_SETTINGS_UNKNOWN);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_READY, 1, 1001, 2);
    ck_assert_int_eq(mj_board_prospect(board, pool, 8), MJ_SETTINGS_EXPECTED);
    seen = mj_board_change(board, pool);
    mj_board_set_awaited(board, pool, 7);
    ck_assert_uint_eq(mj_board_change(board, pool), seen);
    mj_board_set_awaited(board, pool, 0);
    ck_assert_uint_ne(mj_board_change(board, pool), seen);
    ck_assert_int_eq(mj_board_prospect(board, pool, 7), MJ_SETTINGS_FAIL);
    ck_assert_int_eq(mj_board_prospect(board, pool, 8), MJ_SETTINGS_EXPECTED);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_DRAINING, 1, 1001, 2);
    ck_assert_int_eq(mj_board_prospect(board, pool, 8), MJ_SETTINGS_FAIL);
}
END_TEST

START_TEST(the_last_error_of_a_pool_is_shown)
{
    char text[MJ_POOL_ERROR_SIZE + 10];
    mj_board_view_t view;

    mj_board_look(board, pool, &view);
    ck_assert_str_eq(view.last_error, "");
    ck_assert_int_eq(view.last_error_at, 0);
    mj_board_set_error(board, pool, "exit code 7", 1234567);
    mj_board_look(board, pool, &view);
    ck_assert_str_eq(view.last_error, "exit code 7");
    ck_assert_int_eq(view.last_error_at, 1234567);
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    mj_board_set_error(board, pool, text, 2);
    mj_board_look(board, pool, &view);
    ck_assert_uint_eq(strlen(view.last_error), MJ_POOL_ERROR_SIZE - 1);
    ck_assert_mem_eq(view.last_error, text, MJ_POOL_ERROR_SIZE - 1);
    mj_board_set_error(board, pool, "short", 3);
    mj_board_look(board, pool, &view);
    ck_assert_str_eq(view.last_error, "short");
}
END_TEST

START_TEST(another_pool_begins_without_what_was_of_the_last)
{
    mj_board_view_t view;
    unsigned place;

    mj_board_count(board, pool, MJ_COUNTER_LOST);
    mj_board_set_error(board, pool, "signal 9", 5);
    ck_assert(mj_board_request_wakeup(board, pool));
    mj_board_give_up(board, pool);
    ck_assert_int_eq(mj_board_claim(board, "shop", &place), APR_SUCCESS); /* it comes back */
    ck_assert_uint_eq(place, pool);
    ck_assert(!mj_board_take_wakeup(board, pool));
    mj_board_look(board, pool, &view);
    ck_assert_uint_eq(view.counters[MJ_COUNTER_LOST], 1);
    ck_assert_str_eq(view.last_error, "signal 9");
    mj_board_give_up(board, pool);
    ck_assert_int_eq(mj_board_claim(board, "other", &place), APR_SUCCESS);
    ck_assert_uint_eq(place, pool);
    mj_board_look(board, pool, &view);
    ck_assert_uint_eq(view.counters[MJ_COUNTER_LOST], 0);
    ck_assert_str_eq(view.last_error, "");
    ck_assert_int_eq(view.last_error_at, 0);
}
END_TEST

/* --- admission --- */

START_TEST(only_ready_slots_take_requests)
{
    mj_board_set_slot(board, pool, 0, MJ_SLOT_STARTING, 1, 1001, 2);
    mj_assert_not_admitted(MJ_FULL);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_READY, 1, 1001, 2);
    ck_assert_uint_eq(mj_board_room(), 2);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_DRAINING, 1, 1001, 2);
    mj_assert_not_admitted(MJ_FULL);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_FREE, 0, 0, 0);
    mj_assert_not_admitted(MJ_FULL);
    mj_board_ready(MJ_BOARD_SLOTS - 1, 2, 3);
    ck_assert_uint_eq(mj_board_room(), 3);
}
END_TEST

START_TEST(requests_are_admitted_up_to_the_limit_and_after_each_release)
{
    mj_ticket_t tickets[3];

    mj_board_ready(0, 1, 3);
    for (int i = 0; i < 3; i++) {
        tickets[i] = mj_board_admit_one();
    }
    mj_assert_not_admitted(MJ_FULL);
    mj_board_release(board, &tickets[1]);
    tickets[1] = mj_board_admit_one();
    mj_assert_not_admitted(MJ_FULL);
    for (int i = 0; i < 3; i++) {
        mj_board_release(board, &tickets[i]);
    }
    ck_assert_uint_eq(mj_board_room(), 3);
}
END_TEST

START_TEST(the_slot_with_the_fewest_requests_is_chosen)
{
    mj_ticket_t tickets[9];
    unsigned counts[3] = {0};

    for (unsigned slot = 0; slot < 3; slot++) {
        mj_board_ready(slot, slot + 1, 3);
    }
    for (int i = 0; i < 9; i++) {
        unsigned least = counts[0] < counts[1] ? counts[0] : counts[1];

        least = counts[2] < least ? counts[2] : least;
        tickets[i] = mj_board_admit_one();
        ck_assert_uint_eq(counts[tickets[i].slot], least);
        ck_assert_uint_eq(tickets[i].serial, tickets[i].slot + 1);
        counts[tickets[i].slot]++;
    }
    mj_assert_not_admitted(MJ_FULL);
    for (int i = 0; i < 9; i++) {
        if (tickets[i].slot == 1) {
            mj_board_release(board, &tickets[i]);
        }
    }
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(mj_board_admit_one().slot, 1);
    }
    mj_assert_not_admitted(MJ_FULL);
}
END_TEST

START_TEST(a_slot_to_avoid_is_passed_over)
{
    mj_slots_t avoid = {0};
    mj_ticket_t ticket;

    mj_board_ready(0, 1, 9);
    mj_board_ready(1, 2, 2);
    ck_assert_uint_eq(mj_board_admit_as(child, 0).slot, 1);
    ck_assert_uint_eq(mj_board_admit_as(child, 0).slot, 1);
    mj_slots_add(&avoid, 0);
    ck_assert_int_eq(mj_board_admit(board, pool, child, &avoid, &ticket), MJ_FULL);
    ck_assert_int_eq(mj_board_admit(board, pool, child, NULL, &ticket), MJ_ADMITTED);
    mj_board_release(board, &ticket);
    ck_assert_uint_eq(mj_board_admit_as(child, 1).slot, 0);
}
END_TEST

START_TEST(a_lower_limit_holds_for_what_comes_after_it)
{
    mj_ticket_t tickets[4];

    mj_board_ready(0, 1, 4);
    for (int i = 0; i < 4; i++) {
        tickets[i] = mj_board_admit_one();
    }
    mj_board_set_slot(board, pool, 0, MJ_SLOT_READY, 1, 1001, 2);
    for (int i = 0; i < 2; i++) {
        mj_board_release(board, &tickets[i]);
        mj_assert_not_admitted(MJ_FULL);
    }
    mj_board_release(board, &tickets[2]);
    ck_assert_uint_eq(mj_board_room(), 1);
}
END_TEST

START_TEST(the_release_of_an_old_daemons_request_changes_nothing)
{
    mj_ticket_t old[2], new;

    mj_board_ready(0, 1, 2);
    old[0] = mj_board_admit_one();
    old[1] = mj_board_admit_one();
    mj_board_set_slot(board, pool, 0, MJ_SLOT_FREE, 0, 0, 0);
    mj_board_release(board, &old[0]);
    mj_board_ready(0, 2, 2);
    ck_assert_uint_eq(mj_board_room(), 2);
    new = mj_board_admit_one();
    ck_assert_uint_eq(new.serial, 2);
    mj_board_release(board, &old[1]);
    ck_assert_uint_eq(mj_board_room(), 1);
    mj_board_release(board, &new);
    ck_assert_uint_eq(mj_board_room(), 2);
}
END_TEST

START_TEST(a_daemon_is_said_to_have_served_what_it_has)
{
    mj_ticket_t tickets[3], old;
    mj_board_view_t view;

    mj_board_ready(0, 1, 3);
    for (int i = 0; i < 3; i++) {
        tickets[i] = mj_board_admit_one();
    }
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 0);
    ck_assert_uint_eq(mj_board_in_flight(board, pool, 0), 3);
    mj_board_release(board, &tickets[0]);
    mj_board_cancel(board, &tickets[1]); /* it refused */
    mj_board_release(board, &tickets[2]);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 2);
    ck_assert_uint_eq(mj_board_in_flight(board, pool, 0), 0);
    mj_board_look(board, pool, &view);
    ck_assert_uint_eq(view.slots[0].served, 2);
    old = mj_board_admit_one();
    mj_board_set_slot(board, pool, 0, MJ_SLOT_DRAINING, 1, 1001, 3);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 2);
    mj_board_ready(0, 2, 3);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 0);
    mj_board_release(board, &old);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 0);
    tickets[0] = mj_board_admit_one();
    mj_board_release(board, &tickets[0]);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 1);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_FREE, 0, 0, 0);
    ck_assert_uint_eq(mj_board_served(board, pool, 0), 0);
}
END_TEST

START_TEST(daemons_that_serve_or_will_are_counted)
{
    ck_assert_uint_eq(mj_board_daemons(board, pool), 0);
    mj_board_ready(0, 1, 3);
    mj_board_ready(2, 2, 3);
    mj_board_set_slot(board, pool, 5, MJ_SLOT_STARTING, 3, 1003, 3);
    ck_assert_uint_eq(mj_board_daemons(board, pool), 3);
    mj_board_set_slot(board, pool, 2, MJ_SLOT_DRAINING, 2, 1002, 3);
    ck_assert_uint_eq(mj_board_daemons(board, pool), 2);
    mj_board_set_slot(board, pool, 2, MJ_SLOT_FREE, 0, 0, 0);
    ck_assert_uint_eq(mj_board_daemons(board, pool), 2);
}
END_TEST

START_TEST(counts_survive_draining_and_never_fall_below_nothing)
{
    mj_ticket_t ticket;

    mj_board_ready(0, 1, 2);
    ticket = mj_board_admit_one();
    mj_board_set_slot(board, pool, 0, MJ_SLOT_DRAINING, 1, 1001, 2);
    mj_board_set_slot(board, pool, 0, MJ_SLOT_READY, 1, 1001, 2);
    ck_assert_uint_eq(mj_board_room(), 1);
    for (int i = 0; i < 5; i++) {
        mj_board_release(board, &ticket);
    }
    ck_assert_uint_eq(mj_board_room(), 2);
}
END_TEST

/* --- children --- */

START_TEST(each_child_has_a_row)
{
    uint32_t rows[8] = {child}, one_more;

    for (uint32_t i = 1; i < 8; i++) {
        ck_assert_int_eq(mj_board_child_init(board, 100 + i, &rows[i]), APR_SUCCESS);
        for (uint32_t k = 0; k < i; k++) {
            ck_assert_uint_ne(rows[k], rows[i]);
        }
    }
    ck_assert_int_eq(mj_board_child_init(board, 200, &one_more), APR_ENOSPC);
    mj_board_child_died(board, 103);
    ck_assert_int_eq(mj_board_child_init(board, 200, &one_more), APR_SUCCESS);
    ck_assert_uint_eq(one_more, rows[3]);
}
END_TEST

START_TEST(a_child_without_a_row_is_served_too)
{
    uint32_t none;
    mj_ticket_t ticket;

    for (uint32_t i = 1; i < 8; i++) {
        ck_assert_int_eq(mj_board_child_init(board, 100 + i, &none), APR_SUCCESS);
    }
    ck_assert_int_eq(mj_board_child_init(board, 200, &none), APR_ENOSPC);
    mj_board_ready(0, 1, 2);
    ticket = mj_board_admit_as(none, -1);
    ck_assert_uint_eq(mj_board_room(), 1);
    ck_assert_int_eq(mj_board_queue_enter(board, pool, none, 1), MJ_QUEUED);
    ck_assert(mj_board_has_queue(board, pool));
    mj_board_queue_leave(board, pool, none);
    ck_assert(!mj_board_has_queue(board, pool));
    mj_board_release(board, &ticket);
    ck_assert_uint_eq(mj_board_room(), 2);
}
END_TEST

START_TEST(what_a_dead_child_had_counted_is_given_back)
{
    unsigned other_pool;
    mj_ticket_t ticket;
    uint32_t dead;

    ck_assert_int_eq(mj_board_child_init(board, 101, &dead), APR_SUCCESS);
    ck_assert_int_eq(mj_board_claim(board, "other", &other_pool), APR_SUCCESS);
    mj_board_ready(0, 1, 3);
    mj_board_ready(1, 2, 3);
    for (int i = 0; i < 4; i++) {
        mj_board_admit_as(dead, -1);
    }
    ticket = mj_board_admit_one();
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(mj_board_queue_enter(board, pool, dead, 9), MJ_QUEUED);
        ck_assert_int_eq(mj_board_queue_enter(board, other_pool, dead, 9), MJ_QUEUED);
    }
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUED);
    ck_assert_uint_eq(mj_board_room(), 1);
    mj_board_child_died(board, 101);
    ck_assert_uint_eq(mj_board_room(), 5);
    ck_assert(!mj_board_has_queue(board, other_pool));
    ck_assert(mj_board_has_queue(board, pool)); /* the living one waits on */
    mj_board_queue_leave(board, pool, child);
    ck_assert(!mj_board_has_queue(board, pool));
    mj_board_child_died(board, 101);
    ck_assert_uint_eq(mj_board_room(), 5);
    mj_board_release(board, &ticket);
    ck_assert_uint_eq(mj_board_room(), 6);
}
END_TEST

START_TEST(the_death_of_a_stranger_changes_nothing)
{
    mj_board_ready(0, 1, 3);
    mj_board_admit_one();
    ck_assert_int_eq(mj_board_queue_enter(board, pool, child, 9), MJ_QUEUED);
    mj_board_child_died(board, 99);
    mj_board_child_died(board, 0);
    ck_assert_uint_eq(mj_board_room(), 2);
    ck_assert(mj_board_has_queue(board, pool));
}
END_TEST

START_TEST(a_row_taken_again_starts_at_nothing)
{
    uint32_t row;

    mj_board_ready(0, 1, 3);
    mj_board_admit_one();
    mj_board_child_died(board, 100);
    ck_assert_int_eq(mj_board_child_init(board, 101, &row), APR_SUCCESS);
    ck_assert_uint_eq(row, child);
    mj_board_admit_as(row, -1);
    mj_board_child_died(board, 101);
    ck_assert_uint_eq(mj_board_room(), 3);
}
END_TEST

/* --- sockets --- */

START_TEST(the_path_of_a_socket_fits_or_is_refused)
{
    char path[200];
    char *dir = apr_pcalloc(test_pool, 108);
    size_t fixed = strlen("/shop.127.4294967295.sock");

    ck_assert(mj_board_socket_path(path, sizeof(path), "/run/jvm", "shop", 3, 12));
    ck_assert_str_eq(path, "/run/jvm/shop.3.12.sock");
    memset(dir, 'd', 107 - fixed);
    ck_assert(mj_board_socket_path(path, sizeof(path), dir, "shop", 127, UINT32_MAX));
    ck_assert_uint_eq(strlen(path), sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
    ck_assert(!mj_board_socket_path(path, 107, dir, "shop", 127, UINT32_MAX));
    ck_assert(mj_board_socket_path(path, 108, dir, "shop", 127, UINT32_MAX));
    dir[107 - fixed] = 'd';
    ck_assert(!mj_board_socket_path(path, sizeof(path), dir, "shop", 127, UINT32_MAX));
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("board");
    TCase *tcase = mj_board_case(suite, "life");

    tcase_add_test(tcase, a_board_is_the_same_from_each_mapping);
    tcase_add_test(tcase, boards_without_bounds_are_refused);
    tcase_add_test(tcase, a_large_board_takes_memory_only_as_it_is_used);
    tcase_add_test(tcase, what_is_no_board_is_refused);
    tcase_add_test(tcase, a_board_that_could_shrink_is_refused);
    tcase_add_test(tcase, a_mapping_is_not_inherited);
    tcase_add_test(tcase, what_is_inherited_is_of_no_use_to_other_users);
    tcase_add_test(tcase, a_wakeup_is_received);
    tcase_add_test(tcase, who_has_which_place_is_not_read_from_the_board);
    tcase_add_test(tcase, the_path_of_a_socket_fits_or_is_refused);
    tcase = mj_board_case(suite, "pools");
    tcase_add_test(tcase, a_pool_keeps_its_place);
    tcase_add_test(tcase, no_more_pools_are_claimed_than_there_are);
    tcase_add_test(tcase, a_pool_behind_a_free_place_is_still_found);
    tcase_add_test(tcase, names_are_as_long_as_pools_may_have);
    tcase_add_test(tcase, a_pool_without_room_says_why);
    tcase_add_test(tcase, settings_can_be_had_where_a_daemon_has_them_or_is_awaited);
    tcase_add_test(tcase, the_last_error_of_a_pool_is_shown);
    tcase_add_test(tcase, another_pool_begins_without_what_was_of_the_last);
    tcase = mj_board_case(suite, "admission");
    tcase_add_test(tcase, only_ready_slots_take_requests);
    tcase_add_test(tcase, requests_are_admitted_up_to_the_limit_and_after_each_release);
    tcase_add_test(tcase, the_slot_with_the_fewest_requests_is_chosen);
    tcase_add_test(tcase, a_slot_to_avoid_is_passed_over);
    tcase_add_test(tcase, a_lower_limit_holds_for_what_comes_after_it);
    tcase_add_test(tcase, the_release_of_an_old_daemons_request_changes_nothing);
    tcase_add_test(tcase, a_daemon_is_said_to_have_served_what_it_has);
    tcase_add_test(tcase, daemons_that_serve_or_will_are_counted);
    tcase_add_test(tcase, counts_survive_draining_and_never_fall_below_nothing);
    tcase = mj_board_case(suite, "children");
    tcase_add_test(tcase, each_child_has_a_row);
    tcase_add_test(tcase, a_child_without_a_row_is_served_too);
    tcase_add_test(tcase, what_a_dead_child_had_counted_is_given_back);
    tcase_add_test(tcase, the_death_of_a_stranger_changes_nothing);
    tcase_add_test(tcase, a_row_taken_again_starts_at_nothing);
    return suite;
}

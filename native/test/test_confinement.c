#include "confinement.h"
#include "harness.h"
#include "pool_paths.h"
#include "temp_folder.h"

#include <apr_strings.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static mj_pool_settings_t *settings;
static apr_array_header_t *needed;
static mj_findings_t *findings;

static void make_settings(void)
{
    settings = mj_pool_settings_make(test_pool, "shop");
    settings->home = "/";
    needed = apr_array_make(test_pool, 2, sizeof(mj_needed_t));
    findings = mj_findings_make(test_pool);
}

static void need(const char *what, const char *path, bool is_required)
{
    APR_ARRAY_PUSH(needed, mj_needed_t) = (mj_needed_t){what, path, is_required};
}

static const char *check_as(uid_t euid)
{
    const char *wrong;
    findings = mj_findings_make(test_pool);
    wrong = mj_confinement_check(settings, test_pool, euid, false, needed, findings);
    return wrong == NULL && findings->doubts->nelts > 0 ? APR_ARRAY_IDX(findings->doubts, 0, const char *) : wrong;
}

static void assert_says(const char *wrong, const char *start, const char *mend)
{
    ck_assert_msg(wrong != NULL, "no message that starts with \"%s\"", start);
    ck_assert_msg(strncmp(wrong, start, strlen(start)) == 0, "\"%s\" does not start with \"%s\"", wrong, start);
    ck_assert_msg(strstr(wrong, mend) != NULL, "\"%s\" does not say \"%s\"", wrong, mend);
}

START_TEST(nothing_is_needed_where_nothing_confines)
{
    need("the launcher", "/nowhere", true);
    settings->cpu_priority = -5;
    ck_assert_ptr_null(check_as(0));
    settings->cpu_priority = 5;
    ck_assert_ptr_null(check_as(1000));
}
END_TEST

START_TEST(who_is_not_root_can_confine_nobody)
{
    settings->cpu_priority = -5;
    assert_says(check_as(1000), "cpu-priority=-5: httpd was not started by root", "leave it out");
    settings->read_only = "/usr";
    assert_says(check_as(1000), "read-only=/usr: httpd was not started by root", "leave it out");
    settings->private_tmp = true;
    assert_says(check_as(1000), "private-tmp=on: httpd was not started by root", "leave it out");
    settings->chroot = "/usr";
    assert_says(check_as(1000), "chroot=/usr: httpd was not started by root", "leave it out");
}
END_TEST

START_TEST(a_private_tmp_hides_what_lies_there)
{
    settings->private_tmp = true;
    need("the launcher", "/tmpfile", true);
    need("class-path", "/var/tmpl/a.jar", false);
    ck_assert_ptr_null(check_as(0));
    settings->class_path = "/usr/a.jar:/var/tmp/b.jar";
    assert_says(check_as(0), "private-tmp=on: class-path, /var/tmp/b.jar, ", "move it");
    settings->class_path = NULL;
    settings->reload_marker = "/tmp/marker";
    assert_says(check_as(0), "private-tmp=on: reload-marker, /tmp/marker, ", "move it");
    settings->reload_marker = NULL;
    need("the launcher", "/tmp/jvm-daemon", true);
    assert_says(check_as(0), "private-tmp=on: the launcher, /tmp/jvm-daemon, ", "move it");
    assert_says(mj_confinement_hides(settings, test_pool, "the target", "/tmp"), "private-tmp=on: the target, /tmp, ", "move it");
    ck_assert_ptr_null(mj_confinement_hides(settings, test_pool, "the target", "/srv/tmp/x"));
    settings->private_tmp = false;
    ck_assert_ptr_null(mj_confinement_hides(settings, test_pool, "the target", "/tmp/x"));
}
END_TEST

START_TEST(a_private_tmp_hides_what_a_link_leads_to)
{
    const char *folder = mj_temp_folder();
    settings->private_tmp = true;
    mj_make_file(folder, "libjvm.so", "");
    /* the link is elsewhere: /proc/self/cwd stands for one */
    ck_assert_int_eq(chdir(folder), 0);
    need("java-home's JVM", "/proc/self/cwd/libjvm.so", true);
    assert_says(check_as(0), apr_psprintf(test_pool, "private-tmp=on: java-home's JVM, %s/libjvm.so, ", folder), "move it");
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(a_home_that_cannot_be_seen_is_none)
{
    settings->private_tmp = true;
    settings->home = "/tmp/alice";
    ck_assert_ptr_null(check_as(0));
    ck_assert_str_eq(settings->home, "/");
    settings->home = "/tmp/alice";
    assert_says(mj_confinement_check(settings, test_pool, 0, true, needed, findings), "private-tmp=on: home, /tmp/alice, ",
                "move it");
    ck_assert_str_eq(settings->home, "/tmp/alice");
}
END_TEST

START_TEST(what_is_to_be_read_only_is_there)
{
    settings->read_only = "/usr:/etc";
    ck_assert_ptr_null(check_as(0));
    settings->read_only = "/usr:/nowhere/at/all";
    assert_says(check_as(0), "read-only=/nowhere/at/all: ", "No such file");
}
END_TEST

START_TEST(links_to_what_is_read_only_are_resolved)
{
    const char *folder = mj_temp_folder(), *real = mj_make_folder(folder, "real", 0755);

    settings->read_only = apr_pstrcat(test_pool, "/usr:", mj_make_link(folder, "link", "real"), NULL);
    ck_assert_ptr_null(check_as(0));
    ck_assert_str_eq(settings->read_only, apr_pstrcat(test_pool, "/usr:", real, NULL));
}
END_TEST

/* Or he would keep httpd from its next restart. */
START_TEST(what_a_user_can_cause_is_a_warning)
{
    const char *folder = mj_temp_folder(), *home = mj_make_folder(folder, "home", 0755);

    mj_make_link(home, "link", "/usr");
    ck_assert_int_eq(chown(home, 54321, 54321), 0);
    settings->read_only = apr_pstrcat(test_pool, home, "/missing", NULL);
    ck_assert_ptr_null(check_as(0));
    assert_says(APR_ARRAY_IDX(findings->warnings, 0, const char *), apr_psprintf(test_pool, "read-only=%s/missing: ", home),
                "make it");
    settings->read_only = apr_pstrcat(test_pool, home, "/link", NULL);
    ck_assert_ptr_null(check_as(0));
    assert_says(APR_ARRAY_IDX(findings->warnings, 0, const char *),
                apr_psprintf(test_pool, "read-only=%s/link is a symbolic link ", home), "name the folder itself");
}
END_TEST

/* --- chroot; the folder has to be root's --- */

START_TEST(a_root_directory_is_roots_alone)
{
    const char *folder = mj_temp_folder();

    settings->chroot = apr_pstrcat(test_pool, folder, "/missing", NULL);
    assert_says(check_as(0), "chroot=/tmp/mj-test-", "No such file");
    settings->chroot = mj_make_folder(folder, "jail", 0755);
    ck_assert_ptr_null(check_as(0));
    ck_assert_int_eq(chmod(settings->chroot, 0775), 0);
    assert_says(check_as(0), "chroot=/tmp/mj-test-", "chmod go-w");
    ck_assert_int_eq(chmod(settings->chroot, 0750), 0);
    assert_says(check_as(0), "chroot=/tmp/mj-test-", "chmod o+x");
    ck_assert_int_eq(chmod(settings->chroot, 0755), 0);
    ck_assert_int_eq(chmod(folder, 0777), 0);
    assert_says(check_as(0), "chroot=/tmp/mj-test-", "can be written by others");
    ck_assert_int_eq(chmod(folder, 0755), 0);
    ck_assert_int_eq(chown(settings->chroot, 54321, 0), 0);
    assert_says(check_as(0), "chroot=/tmp/mj-test-", "chown");
}
END_TEST

START_TEST(a_root_directory_holds_what_is_needed)
{
    const char *folder = mj_temp_folder();
    const char *jail = mj_make_folder(folder, "jail", 0755);

    settings->chroot = jail;
    need("the launcher", "/opt/jvm/jvm-daemon", true);
    need("class-path", "/nowhere/a.jar", false);    /* like targets: found, or not, when it is loaded */
    mj_make_file(folder, "opt/jvm/jvm-daemon", ""); /* beside it */
    assert_says(check_as(0), apr_psprintf(test_pool, "chroot=%s: the launcher, /opt/jvm/jvm-daemon, ", jail),
                apr_psprintf(test_pool, "(mount --bind) to %s/opt/jvm/jvm-daemon", jail));
    mj_make_file(jail, "usr/jvm/jvm-daemon", "");
    mj_make_link(jail, "opt", "/usr"); /* leads to what lies in it */
    ck_assert_ptr_null(check_as(0));

    settings->private_tmp = true;
    assert_says(check_as(0), apr_psprintf(test_pool, "chroot=%s: private-tmp's folder, /tmp, ", jail), "bind");
    mj_make_folder(jail, "tmp", 0755);
    assert_says(check_as(0), apr_psprintf(test_pool, "chroot=%s: private-tmp's folder, /var/tmp, ", jail), "bind");
    mj_make_folder(jail, "var/tmp", 0755);
    ck_assert_ptr_null(check_as(0));

    settings->read_only = "/usr:/etc";
    assert_says(check_as(0), apr_psprintf(test_pool, "chroot=%s: read-only, /etc, ", jail), "bind");
    mj_make_folder(jail, "etc", 0755);
    ck_assert_ptr_null(check_as(0));
}
END_TEST

START_TEST(a_link_out_of_the_root_directory_leads_nowhere)
{
    const char *folder = mj_temp_folder();

    settings->chroot = mj_make_folder(folder, "jail", 0755);
    need("the launcher", "/jvm-daemon", true);
    mj_make_link(settings->chroot, "jvm-daemon", mj_make_file(folder, "jvm-daemon", ""));
    ck_assert_ptr_nonnull(check_as(0));
}
END_TEST

START_TEST(a_home_outside_the_root_directory_is_none)
{
    const char *folder = mj_temp_folder();

    settings->chroot = mj_make_folder(folder, "jail", 0755);
    settings->home = "/etc";
    mj_pool_paths_check(settings, test_pool, true, findings);
    assert_says(APR_ARRAY_IDX(findings->doubts, 0, const char *), "home=/etc: No such file or directory in chroot=/tmp/mj-test-",
                "make it");
    ck_assert_str_eq(settings->home, "/etc");
    mj_pool_paths_check(settings, test_pool, false, findings);
    ck_assert_str_eq(settings->home, "/");
    settings->home = "/etc";
    mj_make_folder(settings->chroot, "etc", 0755);
    mj_pool_paths_check(settings, test_pool, true, mj_findings_make(test_pool));
    ck_assert_str_eq(settings->home, "/etc");
}
END_TEST

Suite *mj_suite(void)
{
    Suite *suite = suite_create("confinement");
    TCase *tcase = mj_case(suite, "all"), *root = mj_case(suite, "chroot");

    tcase_add_checked_fixture(tcase, make_settings, NULL);
    tcase_add_checked_fixture(root, make_settings, NULL);
    tcase_add_test(tcase, nothing_is_needed_where_nothing_confines);
    tcase_add_test(tcase, who_is_not_root_can_confine_nobody);
    tcase_add_test(tcase, a_private_tmp_hides_what_lies_there);
    tcase_add_test(tcase, a_private_tmp_hides_what_a_link_leads_to);
    tcase_add_test(tcase, a_home_that_cannot_be_seen_is_none);
    tcase_add_test(tcase, what_is_to_be_read_only_is_there);
    if (geteuid() == 0) {
        tcase_add_test(tcase, links_to_what_is_read_only_are_resolved);
        tcase_add_test(tcase, what_a_user_can_cause_is_a_warning);
        tcase_add_test(root, a_root_directory_is_roots_alone);
        tcase_add_test(root, a_root_directory_holds_what_is_needed);
        tcase_add_test(root, a_link_out_of_the_root_directory_leads_nowhere);
        tcase_add_test(root, a_home_outside_the_root_directory_is_none);
    }
    return suite;
}

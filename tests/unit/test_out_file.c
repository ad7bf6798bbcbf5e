/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/out_file.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"

static void assert_has(const char *path, const char *text)
{
	char got[64];
	int fd = open(below(path), O_RDONLY);
	ssize_t n = read(fd, got, sizeof(got) - 1);

	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, text);
	close(fd);
}

static void assert_check(const char *path, int error, const char *reason)
{
	const char *text;
	int r;

	capture();
	r = bw_out_file_check(below(path));
	text = captured();
	assert_int_equal(r, error);
	if (!strstr(text, reason))
		fail_msg("%s", text);
}

static void assert_open_refused(const char *path, int error, const char *reason)
{
	const char *text;
	int r;

	capture();
	r = bw_out_file_open(below(path), true);
	text = captured();
	assert_int_equal(r, error);
	if (!strstr(text, reason))
		fail_msg("%s", text);
}

static void assert_refused(const char *path, int error, const char *reason)
{
	assert_open_refused(path, error, reason);
	assert_check(path, error, reason);
}

static void a_new_file_is_its_owners_alone(void **state)
{
	struct stat st;
	int fd = bw_out_file_open(below("/new"), true);

	(void)state;
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_false(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	close(fd);
}

static void an_old_file_is_emptied_if_it_is_asked_for_and_else_appended_to(void **state)
{
	int fd;

	(void)state;
	put("/old", "old");
	fd = bw_out_file_open(below("/old"), false);
	assert_int_equal(write(fd, "new", 3), 3);
	close(fd);
	assert_has("/old", "oldnew");
	fd = bw_out_file_open(below("/old"), true);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(ftruncate(fd, 0), 0); /* by logrotate's copytruncate: what follows leaves no gap */
	assert_int_equal(write(fd, "y", 1), 1);
	close(fd);
	assert_has("/old", "y");
}

static void what_another_may_have_planted_is_refused_and_left_alone(void **state)
{
	(void)state;
	put("/target", "text");
	assert_int_equal(symlink("target", below("/link")), 0);
	assert_refused("/link", -ELOOP, "link': it is a symbolic link");
	assert_int_equal(link(below("/target"), below("/hard")), 0);
	assert_refused("/hard", -EPERM, "it has other names");
	assert_has("/target", "text");
	assert_int_equal(mkdir(below("/dir"), 0700), 0);
	assert_refused("/dir", -EISDIR, "Is a directory");
	assert_int_equal(mkfifo(below("/fifo"), 0600), 0);
	assert_open_refused("/fifo", -ENXIO, "nobody reads the fifo");
	assert_check("/fifo", 0, "");
	assert_refused("/absent/file", -ENOENT, "No such file");
}

static void a_check_opens_and_creates_nothing(void **state)
{
	struct stat st;

	(void)state;
	put("/old", "old");
	assert_check("/old", 0, "");
	assert_has("/old", "old");
	assert_check("/new", 0, "");
	assert_int_equal(stat(below("/new"), &st), -1);
	assert_check("/absent/file", -ENOENT, "absent/file': its directory '");
	assert_check("/old/file", -ENOTDIR, "Not a directory");
	assert_int_equal(bw_out_file_check("/dev/null"), 0);
}

static void a_file_of_another_user_is_refused_but_for_that_of_sudo(void **state)
{
	int fd;

	(void)state;
	put("/theirs", "text");
	if (chown(below("/theirs"), 12345, (gid_t)-1) < 0)
		skip(); /* needs root */
	assert_refused("/theirs", -EPERM, "it belongs to another user");
	setenv("SUDO_UID", "12346", 1);
	assert_refused("/theirs", -EPERM, "it belongs to another user");
	setenv("SUDO_UID", "12345", 1);
	fd = bw_out_file_open(below("/theirs"), false);
	unsetenv("SUDO_UID");
	assert_true(fd >= 0);
	close(fd);
	assert_has("/theirs", "text");
}

static void a_device_is_taken_as_it_is(void **state)
{
	int fd = bw_out_file_open("/dev/null", true);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_new_file_is_its_owners_alone),
	IN_ROOT(an_old_file_is_emptied_if_it_is_asked_for_and_else_appended_to),
	IN_ROOT(what_another_may_have_planted_is_refused_and_left_alone),
	IN_ROOT(a_check_opens_and_creates_nothing),
	IN_ROOT(a_file_of_another_user_is_refused_but_for_that_of_sudo),
	cmocka_unit_test(a_device_is_taken_as_it_is),
};

UNIT_MODULE("base/out_file", NULL, NULL);

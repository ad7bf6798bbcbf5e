/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "build/header_choice.h"
#include "tests/unit/capture.h"
#include "tests/unit/own_mounts.h"
#include "tests/unit/unit.h"

static struct bw_source source;

/* What would load a kernel module, in whose headers nobody here is interested, does nothing. */
static void hide_modprobe(void)
{
	static const char *const places[] = {"/usr/sbin/modprobe", "/usr/bin/modprobe", "/sbin/modprobe",
					     "/bin/modprobe"};

	for (size_t i = 0; i < LENGTH(places); i++)
		if (access(places[i], F_OK) == 0)
			assert_int_equal(mount("/bin/false", places[i], NULL, MS_BIND, NULL), 0);
}

/* A view of /lib to which something can be added that nobody else sees. */
static void cover_lib(void)
{
	own_mounts((const char *const[]){"/sys/kernel", "/var/cache", NULL});
	assert_int_equal(mkdir("/var/cache/upper", 0755), 0);
	assert_int_equal(mkdir("/var/cache/work", 0755), 0);
	if (mount("unit", "/usr/lib", "overlay", 0,
		  "lowerdir=/usr/lib,upperdir=/var/cache/upper,workdir=/var/cache/work") < 0) {
		print_message("skipped: this machine does not let this process have an overlay\n");
		skip();
	}
	hide_modprobe();
}

static void put_file(const char *path)
{
	char part[256];
	FILE *file;

	snprintf(part, sizeof(part), "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(part, 0755);
		*slash = '/';
	}
	file = fopen(path, "we");
	assert_non_null(file);
	fclose(file);
}

/* A machine with BTF, and with the headers of its kernel, or without. */
static void begin(bool btf, bool headers)
{
	static bool is_covered;
	char path[256];
	struct utsname kernel;

	bw_source_free(&source);
	uname(&kernel);
	if (!is_covered)
		cover_lib();
	is_covered = true;
	snprintf(path, sizeof(path), "/lib/modules/%s/build/include/linux/kconfig.h", kernel.release);
	if (headers)
		put_file(path);
	else
		unlink(path);
	snprintf(path, sizeof(path), "/lib/modules/%s/source/include/linux/kconfig.h", kernel.release);
	unlink(path);
	if (btf)
		put_file("/sys/kernel/btf/vmlinux");
	else
		unlink("/sys/kernel/btf/vmlinux");
}

static int choose(enum bw_header_choice which, bool ours)
{
	return bw_header_choice_make(&source, which, ours, "/bpf_src");
}

static void assert_btf(bool may_fall_back)
{
	assert_true(source.btf);
	assert_string_equal(source.headers, "/bpf_src/kernel");
	assert_int_equal(source.may_fall_back, may_fall_back);
	bw_source_free(&source);
}

static void assert_installed(void)
{
	assert_false(source.btf);
	assert_null(source.headers); /* libbcc finds them */
	assert_false(source.may_fall_back);
	bw_source_free(&source);
}

static void a_program_of_ours_takes_btf_and_others_the_installed_headers(void **state)
{
	(void)state;
	begin(true, true);
	assert_int_equal(choose(BW_HEADERS_AUTO, true), 0);
	assert_btf(true);
	assert_int_equal(choose(BW_HEADERS_AUTO, false), 0);
	assert_installed();
}

static void what_is_not_there_is_replaced_by_the_other(void **state)
{
	(void)state;
	begin(true, false);
	assert_int_equal(choose(BW_HEADERS_AUTO, false), 0);
	assert_btf(true);
	begin(false, true);
	assert_int_equal(choose(BW_HEADERS_AUTO, true), 0);
	assert_installed();
}

static void what_the_user_chose_is_taken(void **state)
{
	(void)state;
	begin(true, true);
	assert_int_equal(choose(BW_HEADERS_BTF, false), 0);
	assert_btf(false);
	assert_int_equal(choose(BW_HEADERS_INSTALLED, true), 0);
	assert_installed();
}

static void what_the_user_chose_and_is_not_there_is_an_error(void **state)
{
	char command[256];

	(void)state;
	begin(false, true);
	capture();
	assert_int_equal(choose(BW_HEADERS_BTF, true), -ENOENT);
	assert_non_null(strstr(captured(), "cannot use the types of BTF: this kernel has none"));
	begin(true, false);
	capture();
	assert_int_equal(choose(BW_HEADERS_INSTALLED, true), -ENOENT);
	assert_non_null(strstr(captured(), bw_header_choice_install_command(command, sizeof(command))));
	begin(false, false);
	capture();
	assert_int_equal(choose(BW_HEADERS_AUTO, true), -ENOENT);
	captured();
}

static void a_free_choice_falls_back_to_the_installed_headers_once(void **state)
{
	(void)state;
	begin(true, true);
	assert_int_equal(choose(BW_HEADERS_AUTO, true), 0);
	assert_true(bw_header_choice_fall_back(&source));
	assert_false(bw_header_choice_fall_back(&source));
	assert_installed();
	assert_int_equal(choose(BW_HEADERS_BTF, true), 0);
	assert_false(bw_header_choice_fall_back(&source));
	assert_btf(false);
	begin(true, false);
	assert_int_equal(choose(BW_HEADERS_AUTO, true), 0);
	assert_false(bw_header_choice_fall_back(&source)); /* there are none */
	bw_source_free(&source);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_program_of_ours_takes_btf_and_others_the_installed_headers),
	cmocka_unit_test(what_is_not_there_is_replaced_by_the_other),
	cmocka_unit_test(what_the_user_chose_is_taken),
	cmocka_unit_test(what_the_user_chose_and_is_not_there_is_an_error),
	cmocka_unit_test(a_free_choice_falls_back_to_the_installed_headers_once),
};

UNIT_MODULE("build/header_choice", NULL, NULL);

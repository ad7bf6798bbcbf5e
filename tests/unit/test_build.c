/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler's process, for which a shell stands in: it executes the source, whose first line, #line, is a comment to
 * it. It lies where the compiler is installed, seen from this program.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/signals.h"
#include "build/build.h"
#include "build/dependencies.h"
#include "tests/unit/capture.h"
#include "tests/unit/installed_compiler.h"
#include "tests/unit/own_mounts.h"
#include "tests/unit/root.h"
#include "tests/unit/small_image.h"

static int signal_fd;
static struct bw_source source;
static struct bw_image image;

static int begin(void **state)
{
	size_t len;
	void *bytes = image_bytes(&len);

	make_root(state);
	put_bytes("/image", bytes, len);
	free(bytes);
	install_compiler("#!/bin/sh\nA=\"$*\" exec sh -s\n");
	source = (struct bw_source){.path = strdup("/s.c")};
	signal_fd = bw_signals_open();
	return 0;
}

static int end(void **state)
{
	remove_compiler();
	bw_source_free(&source);
	close(signal_fd);
	return remove_root(state);
}

/* Builds a source that is this script; %s: the root. */
static int build(const char *script, bool cached)
{
	char text[1024];

	snprintf(text, sizeof(text), script, root);
	free(source.text);
	source.text = strdup(text);
	source.len = strlen(text);
	image = (struct bw_image){0};
	return bw_build(&source, cached, signal_fd, &image);
}

static const char makes_image[] = "cat %s/image >&3";

static void what_the_compiler_writes_is_the_image(void **state)
{
	(void)state;
	assert_int_equal(build(makes_image, false), 0);
	assert_string_equal(image.license, "GPL");
	assert_int_equal(image.n_programs, 2);
	bw_image_free(&image);
}

static void the_compiler_has_its_own_environment_and_stands_in_the_root_directory(void **state)
{
	char *text = NULL;
	size_t len;

	(void)state;
	setenv("BCC_PROBE", "1", 1);
	source.headers = strdup("/headers");
	source.btf = true;
	assert_int_equal(bw_source_define(&source, "X=1"), 0);
	assert_int_equal(build("cat %1$s/image >&3\nexec >%1$s/seen\npwd\necho \"$A\"\nenv | grep -c BCC_PROBE\n"
			       "echo $BCC_KERNEL_SOURCE $PATH",
			       false),
			 0);
	bw_image_free(&image);
	assert_int_equal(bw_file_read(below("/seen"), 4096, &text, &len), 0);
	assert_string_equal(text, "/\nbtf  -DX=1\n0\n/headers /usr/sbin:/usr/bin:/sbin:/bin\n");
	free(text);
}

static void assert_fails(const char *script, const char *message)
{
	const char *text;

	capture();
	assert_int_equal(build(script, false), -EINVAL);
	text = captured();
	if (!strstr(text, message))
		fail_msg("'%s' is not in: %s", message, text);
}

static void a_source_that_does_not_compile_is_reported_with_what_the_compiler_says(void **state)
{
	(void)state;
	assert_fails("echo 's.c:1: an error'; exit 1", "/s.c': the compiler reports:\ns.c:1: an error\n");
	assert_fails("echo by stderr >&2; exit 1", "by stderr\n");
	assert_fails("kill -9 $$", "ended by signal 9");
	assert_fails("echo no image >&3", "cannot read the compiled image");
}

static void what_the_compiler_says_of_a_success_is_shown_under_verbose_alone(void **state)
{
	(void)state;
	capture();
	assert_int_equal(build("cat %s/image >&3; echo warning", false), 0);
	assert_string_equal(captured(), "");
	bw_image_free(&image);
	bw_verbose = true;
	capture();
	assert_int_equal(build("cat %s/image >&3; echo warning", false), 0);
	bw_verbose = false;
	assert_non_null(strstr(captured(), "warning\n"));
	bw_image_free(&image);
}

static void a_signal_ends_the_compiler_in_silence(void **state)
{
	(void)state;
	capture();
	assert_int_equal(build("kill -TERM $PPID; sleep 60", false), -EINTR);
	assert_string_equal(captured(), "");
}

static long times_compiled(void)
{
	struct stat st;

	return stat(below("/compiled"), &st) == 0 ? st.st_size : 0;
}

static void an_image_is_taken_from_the_cache_where_its_dependencies_are_known(void **state)
{
	static const char script[] = "cat %1$s/image >&3; cat %1$s/depends >&4; printf x >>%1$s/compiled";
	struct bw_dependencies d = {.since = {.tv_sec = INT64_MAX}};
	char *depends = NULL;
	size_t len;

	(void)state;
	own_mounts((const char *const[]){"/var/cache", NULL});
	d.out = open_memstream(&depends, &len);
	put("/header", "h");
	bw_dependencies_add_file(&d, below("/header"));
	fclose(d.out);
	put("/depends", ""); /* not known */
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(build(script, true), 0);
		bw_image_free(&image);
		assert_int_equal(times_compiled(), i);
	}
	put_bytes("/depends", depends, len);
	free(depends);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(build(script, true), 0);
		bw_image_free(&image);
		assert_int_equal(times_compiled(), 3); /* once more, then no more */
	}
	assert_int_equal(build(script, false), 0); /* --no-cache */
	bw_image_free(&image);
	assert_int_equal(times_compiled(), 4);
}

static void the_verifier_is_asked_by_type_and_name(void **state)
{
	char *output = NULL;

	(void)state;
	free(source.text);
	source.text = strdup("echo \"$A\"; exit 0");
	source.len = strlen(source.text);
	assert_int_equal(bw_build_verify(&source, signal_fd, "kprobe__f", 2, &output), 0);
	assert_string_equal(output, "installed 2:kprobe__f\n");
	free(output);
	free(source.text);
	source.text = strdup("exit 1");
	source.len = strlen(source.text);
	assert_int_equal(bw_build_verify(&source, signal_fd, "f", 2, &output), -ENOENT);
}

#define BUILT(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	BUILT(what_the_compiler_writes_is_the_image),
	BUILT(the_compiler_has_its_own_environment_and_stands_in_the_root_directory),
	BUILT(a_source_that_does_not_compile_is_reported_with_what_the_compiler_says),
	BUILT(what_the_compiler_says_of_a_success_is_shown_under_verbose_alone),
	BUILT(an_image_is_taken_from_the_cache_where_its_dependencies_are_known),
	BUILT(the_verifier_is_asked_by_type_and_name),
	BUILT(a_signal_ends_the_compiler_in_silence),
};

UNIT_MODULE("build/build", NULL, NULL);

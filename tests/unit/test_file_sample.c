/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of samples, also of those that are cut short, lie about their texts, or have other fields. */
#include <stdlib.h>
#include <string.h>

#include "output/file_sample.h"
#include "tests/unit/file_events.h"

static struct bw_layout layout;
static struct bw_file_sample_reader reader;
static struct bw_file_sample sample;

static void open_reader(const char *type)
{
	assert_int_equal(layout_of(type, &layout), 0);
	assert_int_equal(bw_file_sample_open(&reader, &layout), 0);
}

static void close_reader(void)
{
	bw_file_sample_close(&reader);
	bw_btf_layout_free(&layout);
}

/* From a copy of exactly so many bytes: the sanitizers see a byte too far. */
static char *read_sample(const void *data, size_t size)
{
	char *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, data, size);
	bw_file_sample_read(&reader, copy, size, &sample);
	return copy;
}

static void assert_text(enum bw_file_text text, const char *expected)
{
	assert_int_equal(sample.texts[text].len, strlen(expected));
	assert_memory_equal(sample.texts[text].bytes, expected, strlen(expected));
}

static void assert_number(enum bw_file_number which, uint64_t expected)
{
	assert_true(bw_file_sample_has(&sample, which));
	assert_int_equal(sample.numbers[which], expected);
}

static void all_values_of_an_event_are_read(void **state)
{
	struct made_event m = full_event();
	char *copy;

	(void)state;
	open_reader("file_event");
	for (uint32_t i = 0; i < layout.n; i += 1 + layout.fields[i].below)
		assert_int_equal(bw_file_sample_reads(&reader, &layout.fields[i]),
				 strcmp(layout.fields[i].name, "ts") != 0);
	add_text(&m, &m.e.to, "/t/c");
	add_text(&m, &m.e.to_filename, "c");
	m.e.result = -2;
	copy = read_sample(&m.e, m.size);
	assert_int_equal(sample.known, (1 << BW_FILE_NUMBERS) - 1);
	assert_number(BW_FILE_OP, OP_OPEN);
	assert_number(BW_FILE_RESULT, (uint64_t)-2);
	assert_number(BW_FILE_FLAGS, 0101);
	assert_number(BW_FILE_MODE, 0644);
	assert_number(BW_FILE_BYTES, 221);
	assert_number(BW_FILE_OFFSET, 4096);
	assert_number(BW_FILE_LATENCY, 1234567);
	assert_number(BW_FILE_PID, 812);
	assert_number(BW_FILE_TID, 813);
	assert_number(BW_FILE_UID, 1000);
	assert_number(BW_FILE_PPID, 700);
	assert_number(BW_FILE_INO, 9007199254740993);
	assert_number(BW_FILE_DEV, 8 << 20 | 1);
	assert_number(BW_FILE_TYPE, 0100000);
	assert_number(BW_FILE_CGROUP, 77);
	assert_number(BW_FILE_MNT_NS, 4026531841);
	assert_number(BW_FILE_PID_NS, 4026531836);
	assert_text(BW_FILE_COMM, "cat");
	assert_text(BW_FILE_PCOMM, "bash");
	assert_text(BW_FILE_FILENAME, "hosts");
	assert_text(BW_FILE_PATH, "/etc/hosts");
	assert_text(BW_FILE_EXE, "/usr/bin/cat");
	assert_text(BW_FILE_TO, "/t/c");
	assert_text(BW_FILE_TO_FILENAME, "c");
	free(copy);
	close_reader();
}

static void numbers_without_their_marks_have_no_value(void **state)
{
	static const struct {
		uint32_t mark, numbers;
	} marks[] = {
		{HAS_RESULT, 1 << BW_FILE_RESULT},
		{HAS_FLAGS, 1 << BW_FILE_FLAGS},
		{HAS_MODE, 1 << BW_FILE_MODE},
		{HAS_BYTES, 1 << BW_FILE_BYTES},
		{HAS_OFFSET, 1 << BW_FILE_OFFSET},
		{HAS_LATENCY, 1 << BW_FILE_LATENCY},
		{HAS_FILE, 1 << BW_FILE_INO | 1 << BW_FILE_DEV | 1 << BW_FILE_TYPE},
	};
	struct made_event m = full_event();
	uint32_t all = m.e.marks;

	(void)state;
	open_reader("file_event");
	for (size_t i = 0; i < LENGTH(marks); i++) {
		m.e.marks = all & ~marks[i].mark;
		free(read_sample(&m.e, m.size));
		assert_int_equal(sample.known, ((1 << BW_FILE_NUMBERS) - 1) & ~marks[i].numbers);
	}
	m.e.cgroup = 0;
	m.e.mnt_ns = m.e.pid_ns = 0;
	m.e.uid = m.e.ppid = 0;
	m.e.marks = all;
	free(read_sample(&m.e, m.size));
	assert_int_equal(sample.known, ((1 << BW_FILE_NUMBERS) - 1) &
					       ~(1 << BW_FILE_CGROUP | 1 << BW_FILE_MNT_NS | 1 << BW_FILE_PID_NS));
	close_reader();
}

static const char *joined(uint32_t marks, const char *directory, const char *name)
{
	static char text[512];
	struct made_event m = make_event(OP_RENAME, marks | HAS_RESULT);
	struct bw_file_bytes path;
	char *copy;

	if (*name)
		add_text(&m, &m.e.filename, name);
	if (*directory)
		add_text(&m, &m.e.path, directory);
	m.e.to = m.e.path;
	m.e.to_filename = m.e.filename;
	copy = read_sample(&m.e, m.size);
	path = bw_file_sample_path(&reader, &sample);
	memcpy(text, path.bytes ? path.bytes : "", path.len);
	text[path.len] = '\0';
	if (marks & TO_DIRECTORY)
		assert_text(BW_FILE_TO, text);
	else
		assert_text(BW_FILE_TO, directory);
	/* Once more: it is the same. */
	path = bw_file_sample_path(&reader, &sample);
	assert_int_equal(path.len, strlen(text));
	assert_memory_equal(path.len ? path.bytes : text, text, path.len);
	free(copy);
	return text;
}

static void a_directory_and_a_name_become_a_path(void **state)
{
	(void)state;
	open_reader("file_event");
	for (uint32_t to = 0; to <= TO_DIRECTORY; to += TO_DIRECTORY) {
		uint32_t marks = DIRECTORY | to;

		if (!to)
			assert_string_equal(joined(0, "/t/real", "n"), "/t/real");
		assert_string_equal(joined(marks, "/t", "n"), "/t/n");
		assert_string_equal(joined(marks, "/t", "../a//b/."), "/t/../a//b/.");
		assert_string_equal(joined(marks, "/", "n"), "/n");
		assert_string_equal(joined(marks, "/", "/abs/n"), "/abs/n");
		assert_string_equal(joined(marks, "/new-root", "/abs/n"), "/new-root/abs/n");
		assert_string_equal(joined(marks, "", "/abs/n"), "/abs/n");
		assert_string_equal(joined(marks, "/t", ""), "/t");
		assert_string_equal(joined(marks, "", "n"), "");
		assert_string_equal(joined(marks, "", ""), "");
	}
	assert_string_equal(joined(DELETED, "/t/real", "n"), "/t/real (deleted)");
	assert_string_equal(joined(DELETED | DIRECTORY, "/t", "n"), "/t/n (deleted)");
	assert_string_equal(joined(DELETED, "", "n"), "");
	close_reader();
}

/* Whatever the places of the texts are, they are in the sample or there is no text. */
static void a_text_beyond_the_sample_is_none(void **state)
{
	struct made_event m = full_event();
	size_t texts = offsetof(struct file_event, texts);

	(void)state;
	open_reader("file_event");
	/* The last text is one byte too short, or begins too late, or ends behind the field. */
	free(read_sample(&m.e, m.size - 1));
	assert_int_equal(sample.texts[BW_FILE_EXE].len, 0);
	assert_int_equal(sample.texts[BW_FILE_PATH].len, strlen("/etc/hosts"));
	m.e.path.at = (u16)(m.size - texts);
	free(read_sample(&m.e, m.size));
	assert_int_equal(sample.texts[BW_FILE_PATH].len, 0);
	m.e.path = (struct text_place){0xffff, 0xffff};
	free(read_sample(&m.e, m.size));
	assert_int_equal(sample.texts[BW_FILE_PATH].len, 0);
	m.e.path = (struct text_place){0, (u16)(m.size - texts)};
	free(read_sample(&m.e, m.size));
	assert_int_equal(sample.texts[BW_FILE_PATH].len, m.size - texts);
	m.e.path = (struct text_place){1023, 2};
	free(read_sample(&m.e, sizeof(m.e)));
	assert_int_equal(sample.texts[BW_FILE_PATH].len, 0);
	close_reader();
}

/* Each byte of random samples of each size: what a text has lies in the sample. */
static void no_byte_beyond_a_sample_is_read(void **state)
{
	struct file_event e = {.ts = 0};
	unsigned char *bytes = (unsigned char *)&e;

	(void)state;
	srandom(1);
	open_reader("file_event");
	for (size_t size = 0; size <= sizeof(e); size++) {
		char *copy;

		for (size_t i = 0; i < sizeof(e); i++)
			bytes[i] = (unsigned char)(random() & (random() % 2 ? 0xff : 0x03));
		copy = read_sample(&e, size);
		for (int i = 0; i < BW_FILE_TEXTS; i++) {
			struct bw_file_bytes t = sample.texts[i];
			bool in_sample = t.bytes >= copy && t.bytes + t.len <= copy + size;

			assert_true(t.len == 0 || in_sample || i == BW_FILE_PATH || i == BW_FILE_TO);
			assert_true(t.len <= bw_file_sample_longest(&reader));
			for (size_t k = 0; k < t.len; k++)
				bytes[k % 8] ^= (unsigned char)t.bytes[k];
		}
		assert_true(bw_file_sample_path(&reader, &sample).len <= bw_file_sample_longest(&reader));
		free(copy);
	}
	close_reader();
}

static void a_source_may_have_fewer_and_other_fields(void **state)
{
	const struct learner_event e = {.pid = 7, .op = 3, .nice = 1, .result = -2, .path = "/t/x"};
	const char open_event[] = "\x05\0\0\0\x01\0\x02\0xyz";

	(void)state;
	/* Without marks, what is there has a value. */
	open_reader("learner_event");
	free(read_sample(&e, sizeof(e)));
	assert_int_equal(sample.known, 1 << BW_FILE_PID | 1 << BW_FILE_OP | 1 << BW_FILE_RESULT);
	assert_number(BW_FILE_RESULT, (uint64_t)-2);
	assert_int_equal(sample.texts[BW_FILE_PATH].len, 4);
	assert_false(bw_file_sample_reads(&reader, bw_layout_find(&layout, "uid")));
	assert_false(bw_file_sample_reads(&reader, bw_layout_find(&layout, "nice")));
	assert_false(bw_file_sample_is(&sample, UINT32_MAX));
	close_reader();
	/* Texts in an array of any length. */
	open_reader("open_texts");
	free(read_sample(open_event, 11));
	assert_int_equal(sample.texts[BW_FILE_FILENAME].len, 2);
	free(read_sample(open_event, 10));
	assert_int_equal(sample.texts[BW_FILE_FILENAME].len, 0);
	close_reader();
	assert_int_equal(bw_file_sample_open(&reader, &(struct bw_layout){NULL, 0, 0}), 0);
	free(read_sample("x", 1));
	assert_int_equal(sample.known, 0);
	bw_file_sample_close(&reader);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(all_values_of_an_event_are_read),
	cmocka_unit_test(numbers_without_their_marks_have_no_value),
	cmocka_unit_test(a_directory_and_a_name_become_a_path),
	cmocka_unit_test(a_text_beyond_the_sample_is_none),
	cmocka_unit_test(no_byte_beyond_a_sample_is_read),
	cmocka_unit_test(a_source_may_have_fewer_and_other_fields),
};

UNIT_MODULE("output/file_sample", load_types, free_types);

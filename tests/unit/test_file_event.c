/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/timestamp.h"
#include "tests/unit/file_lines.h"
#include "tests/unit/readback.h"

/* U+202E: what follows is shown from right to left. */
static const char reorders[] = {'\xe2', '\x80', '\xae', '\0'};

static const char *default_line(const struct made_event *m, bool by_path, bool with_op)
{
	const struct bw_file_event_options options = {.by_path = by_path, .with_op = with_op};

	return file_line("file_event", &options, false, &m->e, m->size) + BW_TIMESTAMP_LEN;
}

static void the_default_line_is_that_of_opens(void **state)
{
	struct made_event m = full_event();
	struct open_event same = {.pid = 812, .comm = "cat", .fname = "hosts"};

	(void)state;
	assert_string_equal(default_line(&m, false, false), " PID=812 COMM=cat FILENAME=hosts CREATED=true");
	m.e.marks &= ~(u32)CREATED;
	assert_string_equal(default_line(&m, false, false), " PID=812 COMM=cat FILENAME=hosts");
	assert_string_equal(default_line(&m, false, false), line_of(OPEN_EVENT, &by_field, &same, sizeof(same)));
	assert_string_equal(default_line(&m, true, false), " PID=812 COMM=cat FILENAME=/etc/hosts");
	assert_string_equal(default_line(&m, false, true), " PID=812 COMM=cat OP=open FILENAME=hosts");
	m.e.filename.len = 0;
	assert_string_equal(default_line(&m, false, false), " PID=812 COMM=cat FILENAME=/etc/hosts");
	m.e.path.len = 0;
	m.e.comm[0] = '\0';
	assert_string_equal(default_line(&m, false, false), " PID=812 COMM= FILENAME=");
	assert_string_equal(default_line(&m, true, false), " PID=812 COMM= FILENAME=");
}

static void a_second_name_is_to(void **state)
{
	struct made_event m = make_event(OP_RENAME, HAS_RESULT);

	(void)state;
	add_text(&m, &m.e.filename, "n");
	add_text(&m, &m.e.path, "/t/n");
	assert_string_equal(default_line(&m, false, true), " PID=812 COMM=cat OP=rename FILENAME=n");
	add_text(&m, &m.e.to, "/t/c");
	assert_string_equal(default_line(&m, false, true), " PID=812 COMM=cat OP=rename FILENAME=n TO=/t/c");
	add_text(&m, &m.e.to_filename, "c");
	assert_string_equal(default_line(&m, false, true), " PID=812 COMM=cat OP=rename FILENAME=n TO=c");
	assert_string_equal(default_line(&m, true, true), " PID=812 COMM=cat OP=rename FILENAME=/t/n TO=/t/c");
	m.e.marks |= DELETED | TO_DIRECTORY;
	assert_string_equal(default_line(&m, true, true),
			    " PID=812 COMM=cat OP=rename FILENAME=\"/t/n (deleted)\" TO=/t/c/c");
}

/* As event_text has them; a file that is called ? is no missing name there. */
static void names_in_the_default_line_are_escaped_as_ever(void **state)
{
	const char *const names[] = {"a b", "a=b", "a\"b", "\x1b]0;x\\", reorders, "\xff\xfe", "a\nb", "?", "\xc3\xa9"};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		struct made_event m = make_event(OP_OPEN, 0);
		struct open_event same = {.pid = 812, .comm = "x FILENAME=/y"};

		memcpy(m.e.comm, same.comm, sizeof(m.e.comm));
		memcpy(same.fname, names[i], strlen(names[i]));
		add_text(&m, &m.e.filename, names[i]);
		assert_string_equal(default_line(&m, false, false),
				    line_of(OPEN_EVENT, &by_field, &same, sizeof(same)));
	}
}

static void fields_stand_in_the_order_in_which_they_were_asked_for(void **state)
{
	struct made_event m = full_event();

	(void)state;
	assert_string_equal(text_of("result,op,path", &m), " RESULT=3 OP=open PATH=/etc/hosts");
	assert_string_equal(text_of("flags,mode,bytes,offset,latency,created,replaced,async", &m),
			    " FLAGS=O_WRONLY|O_CREAT MODE=rw-r--r-- BYTES=221 OFFSET=4096 LATENCY=1234567 CREATED=true "
			    "REPLACED=? ASYNC=false");
	assert_string_equal(
		text_of("dev,ino,type,pid,tid,uid,comm,exe,ppid,parent_comm", &m),
		" DEV=8:1 INO=9007199254740993 TYPE=file PID=812 TID=813 UID=1000 COMM=cat EXE=/usr/bin/cat "
		"PPID=700 PARENT_COMM=bash");
	assert_string_equal(text_of("cgroup,unit,container,mnt_ns,pid_ns,path_exact,to,to_exact,to_filename", &m),
			    " CGROUP=? UNIT=? CONTAINER=? MNT_NS=4026531841 PID_NS=4026531836 PATH_EXACT=true TO=? "
			    "TO_EXACT=? TO_FILENAME=?");
	m.e.result = -2;
	assert_string_equal(text_of("result", &m), " RESULT=ENOENT");
}

static void a_file_called_as_a_missing_value_is_in_quotes(void **state)
{
	struct made_event m = make_event(OP_OPEN, 0);

	(void)state;
	assert_string_equal(text_of("filename,result", &m), " FILENAME=? RESULT=?");
	add_text(&m, &m.e.filename, "?");
	assert_string_equal(text_of("filename,result", &m), " FILENAME=\"?\" RESULT=?");
	m = make_event(OP_OPEN, 0);
	add_text(&m, &m.e.filename, "??");
	assert_string_equal(text_of("filename", &m), " FILENAME=??");
}

#define NULLS                                                                                                         \
	"\"result\":null,\"created\":false,\"replaced\":null,\"async\":false,\"flags\":null,\"mode\":null,\"bytes\":" \
	"null,\"offset\":null,\"latency\":null,\"dev\":null,\"ino\":null,\"type\":null"

static void json_has_each_field(void **state)
{
	struct made_event m = full_event();

	(void)state;
	assert_string_equal(
		json_of_event("", &m),
		"{\"op\":\"open\",\"path\":\"/etc/"
		"hosts\",\"path_exact\":true,\"deleted\":false,\"other_mount\":false,\"to\":"
		"null,\"to_exact\":null,\"filename\":\"hosts\",\"to_filename\":null,\"result\":3,\"created\":true,"
		"\"replaced\":null,\"async\":false,\"flags\":\"O_WRONLY|O_CREAT\",\"mode\":\"rw-r--r--\",\"bytes\":221,"
		"\"offset\":4096,\"latency\":1234567,\"dev\":\"8:1\",\"ino\":9007199254740993,\"type\":\"file\","
		"\"pid\":812,"
		"\"tid\":813,\"uid\":1000,\"comm\":\"cat\",\"exe\":\"/usr/bin/"
		"cat\",\"ppid\":700,\"parent_comm\":\"bash\","
		"\"cgroup\":null,\"unit\":null,\"container\":null,\"mnt_ns\":4026531841,\"pid_ns\":4026531836}}");
	m = make_event(OP_OPEN, 0);
	assert_string_equal(
		json_of_event("", &m),
		"{\"op\":\"open\",\"path\":null,\"path_exact\":null,\"deleted\":null,\"other_mount\":null,\"to\":null,"
		"\"to_exact\":null,\"filename\":null,\"to_filename\":null," NULLS ",\"pid\":812,\"tid\":0,\"uid\":0,"
		"\"comm\":\"cat\",\"exe\":null,\"ppid\":0,\"parent_comm\":null,\"cgroup\":null,\"unit\":null,"
		"\"container\":"
		"null,\"mnt_ns\":null,\"pid_ns\":null}}");
	assert_string_equal(json_of_event("pid,op", &m), "{\"pid\":812,\"op\":\"open\"}}");
	/* The time stands before the event. */
	assert_string_equal(json_of_event("time", &m), "{}}");
}

static void json_has_the_bytes_of_text_that_is_no_utf8(void **state)
{
	struct made_event m = make_event(OP_OPEN, DIRECTORY | HAS_RESULT);
	struct text_place last;

	(void)state;
	m.e.result = -2;
	add_text(&m, &m.e.path, "/t\xff");
	add_text(&m, &m.e.filename, "a\"\n");
	add_text(&m, &last, reorders);
	m.e.filename.len += last.len;
	assert_string_equal(json_of_event("path,path_exact,filename,result", &m),
			    "{\"path\":\"/t\\ufffd/a\\\"\\u000a\\u202e\",\"path_hex\":\"0x2f74ff2f61220ae280ae\","
			    "\"path_exact\":false,\"filename\":\"a\\\"\\u000a\\u202e\",\"result\":\"ENOENT\"}}");
	m.e.marks = DELETED;
	assert_string_equal(
		json_of_event("path,deleted", &m),
		"{\"path\":\"/t\\ufffd (deleted)\",\"path_hex\":\"0x2f74ff202864656c6574656429\",\"deleted\":true}}");
}

static void fields_that_a_learner_added_follow_the_others(void **state)
{
	const struct learner_event e = {
		.pid = 7, .op = OP_WRITE, .nice = 5, .result = -2, .path = "/t x", .uid = {1, 2}, .created = {9}};
	const struct bw_file_event_options all = {.with_op = true}, some = fields_of("pid,uid,result,created");

	(void)state;
	assert_string_equal(file_line("learner_event", &all, false, &e, sizeof(e)) + BW_TIMESTAMP_LEN,
			    " PID=7 OP=write FILENAME=\"/t x\" RESULT=ENOENT NICE=5 UID=[1,2] CREATED={x=9}");
	/* Those that have the name of a field stand for it. */
	assert_string_equal(
		strstr(file_line("learner_event", &all, true, &e, sizeof(e)), "\"result\""),
		"\"result\":\"ENOENT\",\"replaced\":null,\"async\":null,\"flags\":null,\"mode\":null,\"bytes\":null,"
		"\"offset\":null,\"latency\":null,\"dev\":null,\"ino\":null,\"type\":null,\"pid\":7,\"tid\":null,"
		"\"comm\":null,\"exe\":null,\"ppid\":null,\"parent_comm\":null,\"cgroup\":null,\"unit\":null,"
		"\"container\":null,\"mnt_ns\":null,\"pid_ns\":null,\"nice\":5,\"uid\":[1,2],\"created\":{\"x\":9}}}");
	/* Where fields are asked for, none is added. */
	assert_string_equal(file_line("learner_event", &some, false, &e, sizeof(e)) + BW_TIMESTAMP_LEN,
			    " PID=7 RESULT=ENOENT");
}

static void what_is_beyond_or_not_in_a_sample_is_shown(void **state)
{
	const struct learner_event e = {.pid = 7, .path = "/t"};
	const struct bw_file_event_options all = {.by_path = true};
	struct bw_file_event_options pid = fields_of("pid");
	char longer[sizeof(e) + 2];
	const char *line;

	(void)state;
	memcpy(longer, &e, sizeof(e));
	longer[sizeof(e)] = '\x01';
	longer[sizeof(e) + 1] = '\xff';
	line = file_line("learner_event", &all, false, longer, sizeof(longer));
	assert_string_equal(line + BW_TIMESTAMP_LEN, " PID=7 FILENAME=/t NICE=0 UID=[0,0] CREATED={x=0} REST=0x01ff");
	line = file_line("learner_event", &pid, true, longer, sizeof(longer));
	assert_string_equal(strstr(line, "\"event\""), "\"event\":{\"pid\":7},\"rest\":\"0x01ff\"}");
	line = file_line("learner_event", &all, false, longer, 3);
	assert_string_equal(line + BW_TIMESTAMP_LEN, " PID=? FILENAME= NICE=? UID=? CREATED=?");
	/* An array of any length has all the rest. */
	line = file_line("open_texts", &all, false, "\x05\0\0\0\x01\0\x02\0xyz1234", 15);
	assert_string_equal(line + BW_TIMESTAMP_LEN, " PID=5 FILENAME=yz");
	/* A time that is none. */
	line = file_line("file_event", &pid, false, &(struct file_event){.ts = 5, .pid = 1}, sizeof(struct file_event));
	assert_string_equal(line + BW_TIMESTAMP_LEN, " PID=1 TS=5");
}

static void an_event_that_comes_after_a_later_one_says_so(void **state)
{
	const struct bw_file_event_options all = {.by_path = true}, some = fields_of("pid,op");
	struct made_event m = full_event();
	char expected[1 << 14];

	(void)state;
	assert_string_equal(late_line(&all, false, &m) + BW_TIMESTAMP_LEN,
			    " PID=812 COMM=cat FILENAME=/etc/hosts CREATED=true LATE=true");
	assert_string_equal(late_line(&some, false, &m) + BW_TIMESTAMP_LEN, " PID=812 OP=open LATE=true");
	snprintf(expected, sizeof(expected), "%s", json_of_event("", &m));
	strcpy(expected + strlen(expected) - 1, ",\"late\":true}");
	assert_string_equal(strstr(late_line(&all, true, &m), "{\"op\":"), expected);
	assert_string_equal(strstr(late_line(&some, true, &m), "\"event\":"),
			    "\"event\":{\"pid\":812,\"op\":\"open\"},\"late\":true}");
	/* It stands behind what the event has, and a name can't be taken for it. */
	m = make_event(OP_OPEN, 0);
	add_text(&m, &m.e.path, "/t LATE=true");
	assert_string_equal(late_line(&all, false, &m) + BW_TIMESTAMP_LEN,
			    " PID=812 COMM=cat FILENAME=\"/t LATE=true\" LATE=true");
}

/* A printer of file events, which stays for several of them. */
struct printer {
	struct bw_file_event *event;
	struct bw_layout layout;
	struct bw_out out;
};

static void open_printer(struct printer *p, const struct bw_file_event_options *options, bool json)
{
	assert_int_equal(layout_of("file_event", &p->layout), 0);
	assert_int_equal(bw_file_event_new(&p->event, "events", &p->layout, options, json), 0);
	assert_int_equal(bw_out_init(&p->out, -1, 1 << 16), 0);
}

static void close_printer(struct printer *p)
{
	bw_out_free(&p->out);
	bw_file_event_free(p->event);
	bw_btf_layout_free(&p->layout);
}

static void the_next_event_is_not_late(void **state)
{
	const struct bw_file_event_options options = fields_of("pid");
	const struct made_event m = full_event();
	struct printer p;

	(void)state;
	open_printer(&p, &options, true);
	assert_true(bw_file_event_line(p.event, &p.out, &m.e, m.size, true));
	assert_non_null(memmem(p.out.buf, p.out.len, "\"late\":true", 11));
	p.out.len = 0;
	assert_true(bw_file_event_line(p.event, &p.out, &m.e, m.size, false));
	assert_null(memmem(p.out.buf, p.out.len, "late", 4));
	close_printer(&p);
}

static bool is_write(void *cookie, const struct bw_file_sample *sample)
{
	++*(int *)cookie;
	return sample->numbers[BW_FILE_OP] == OP_WRITE;
}

static void an_event_that_is_not_wanted_is_not_printed(void **state)
{
	struct made_event m = make_event(OP_OPEN, 0);
	int asked = 0;
	const struct bw_file_event_options options = {.wanted = is_write, .cookie = &asked};

	(void)state;
	assert_string_equal(file_line("file_event", &options, false, &m.e, m.size), "");
	assert_string_equal(file_line("file_event", &options, true, &m.e, m.size), "");
	m.e.op = OP_WRITE;
	assert_string_not_equal(file_line("file_event", &options, true, &m.e, m.size), "");
	assert_int_equal(asked, 3);
}

static void only_what_is_printed_is_needed(void **state)
{
	struct bw_file_event_options o = {.by_path = true};
	const uint32_t all = BW_FILE_EVENT_NEEDS_PATH | BW_FILE_EVENT_NEEDS_EXE | BW_FILE_EVENT_NEEDS_LATENCY |
			     BW_FILE_EVENT_NEEDS_PROCESS;

	(void)state;
	assert_int_equal(bw_file_event_needs(&o, true), all);
	assert_int_equal(bw_file_event_needs(&o, false), BW_FILE_EVENT_NEEDS_PATH);
	o = fields_of("pid,filename,result");
	assert_int_equal(bw_file_event_needs(&o, true), 0);
	assert_int_equal(bw_file_event_needs(&o, false), 0);
	o = fields_of("latency,unit");
	assert_int_equal(bw_file_event_needs(&o, true), BW_FILE_EVENT_NEEDS_LATENCY | BW_FILE_EVENT_NEEDS_PROCESS);
	o = fields_of("exe,to_exact");
	assert_int_equal(bw_file_event_needs(&o, false), BW_FILE_EVENT_NEEDS_EXE | BW_FILE_EVENT_NEEDS_PATH);
}

static const char *const labels[] = {" FILENAME=", " TO=", " COMM=", " EXE="};

/* An event with hostile texts in these fields. */
static struct made_event hostile_event(char texts[LENGTH(labels)][32])
{
	struct made_event m = make_event(OP_OPEN, 0);

	for (size_t k = 0; k < LENGTH(labels); k++)
		hostile(texts[k], k == 2 ? 16 : 32);
	memset(texts[2] + 16, 0, 16);
	memcpy(m.e.comm, texts[2], sizeof(m.e.comm));
	add_bytes(&m, &m.e.filename, texts[0], strnlen(texts[0], 32));
	add_bytes(&m, &m.e.to, texts[1], strnlen(texts[1], 32));
	add_bytes(&m, &m.e.exe, texts[3], strnlen(texts[3], 32));
	return m;
}

static void assert_reads_back(const char *line, char texts[LENGTH(labels)][32])
{
	struct reader r = {line};
	char got[32];

	for (size_t k = 0; k < LENGTH(labels); k++) {
		expect(&r, labels[k]);
		if (*texts[k]) {
			read_text(&r, " =\"", got, sizeof(got));
			assert_memory_equal(got, texts[k], sizeof(got));
		} else {
			expect(&r, "?");
		}
	}
	expect(&r, " PID=812 PATH=?");
	assert_int_equal(*r.p, '\0');
}

/* Names that imitate what follows them: who reads the line gets each of them back. */
static void the_fields_of_a_hostile_event_read_back(void **state)
{
	const struct bw_file_event_options options = fields_of("filename,to,comm,exe,pid,path");
	struct printer p;

	(void)state;
	open_printer(&p, &options, false);
	for (int i = 0; i < ROUNDS; i++) {
		char texts[LENGTH(labels)][32];
		const struct made_event m = hostile_event(texts);

		p.out.len = 0;
		assert_true(bw_file_event_line(p.event, &p.out, &m.e, m.size, false));
		assert_ptr_equal(memchr(p.out.buf, '\n', p.out.len), p.out.buf + p.out.len - 1);
		p.out.buf[p.out.len - 1] = '\0';
		assert_reads_back(p.out.buf + BW_TIMESTAMP_LEN, texts);
	}
	close_printer(&p);
}

/* The longest texts, each byte escaped, in each field. */
static void the_longest_line_has_its_space(void **state)
{
	static const char list[] = "path,to,filename,to_filename,exe,comm,parent_comm,op,flags,mode,time";
	const struct bw_file_event_options options = fields_of(list);
	struct made_event m = make_event(OP_OPEN, DIRECTORY | TO_DIRECTORY | DELETED | HAS_FLAGS | HAS_MODE);
	char bytes[sizeof(m.e.texts)];

	(void)state;
	memset(bytes, '\xff', sizeof(bytes));
	add_bytes(&m, &m.e.path, bytes, sizeof(bytes));
	m.e.to = m.e.filename = m.e.to_filename = m.e.exe = m.e.path;
	m.e.flags = UINT32_MAX;
	memset(m.e.comm, '\xff', sizeof(m.e.comm));
	memset(m.e.pcomm, '\xff', sizeof(m.e.pcomm));
	assert_true(strlen(file_line("file_event", &options, false, &m.e, m.size)) > 7 * 4 * sizeof(bytes));
	assert_true(strlen(json_of_event(list, &m)) > 7 * 8 * sizeof(bytes));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_default_line_is_that_of_opens),
	cmocka_unit_test(a_second_name_is_to),
	cmocka_unit_test(names_in_the_default_line_are_escaped_as_ever),
	cmocka_unit_test(fields_stand_in_the_order_in_which_they_were_asked_for),
	cmocka_unit_test(a_file_called_as_a_missing_value_is_in_quotes),
	cmocka_unit_test(json_has_each_field),
	cmocka_unit_test(json_has_the_bytes_of_text_that_is_no_utf8),
	cmocka_unit_test(fields_that_a_learner_added_follow_the_others),
	cmocka_unit_test(what_is_beyond_or_not_in_a_sample_is_shown),
	cmocka_unit_test(an_event_that_comes_after_a_later_one_says_so),
	cmocka_unit_test(the_next_event_is_not_late),
	cmocka_unit_test(an_event_that_is_not_wanted_is_not_printed),
	cmocka_unit_test(only_what_is_printed_is_needed),
	cmocka_unit_test(the_fields_of_a_hostile_event_read_back),
	cmocka_unit_test(the_longest_line_has_its_space),
};

UNIT_MODULE("output/file_event", load_types, free_types);

/* SPDX-License-Identifier: Apache-2.0 */
#include "process/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "process/elf.h"

enum op { OP_AT, OP_FIND, OP_SUGGEST };

/* A browser with its symbols takes a second and 200 MB. */
enum { MEMORY = 256 << 20, CPU_SECONDS = 3, ANSWER_MS = 2000, FIND_MS = 10000 };

/* In the child. */
struct reader {
	const char *path;
	struct bw_elf *elf; /* NULL: not read yet, or `error` is the reason */
	int error;
};

static int open_path(void *cookie)
{
	const struct reader *reader = cookie;

	return bw_file_open_regular(reader->path);
}

static void put_text(struct bw_sandbox_answer *answer, const char *text)
{
	snprintf(answer->text, sizeof(answer->text), "%s", text);
}

static void answer_at(const struct bw_elf *elf, uint64_t offset, struct bw_sandbox_answer *answer)
{
	const char *name = bw_elf_at(elf, offset, &answer->numbers[0]);

	if (name)
		put_text(answer, name);
	else
		answer->status = -ENOENT;
}

/* In the sandbox. */
static void answer_request(void *cookie, int fd, const struct bw_sandbox_request *request,
			   struct bw_sandbox_answer *answer)
{
	struct reader *reader = cookie;

	if (!reader->elf && !reader->error)
		reader->error = bw_elf_read(fd, &reader->elf);
	answer->status = reader->error;
	if (!reader->elf)
		return;
	if (request->op == OP_AT)
		answer_at(reader->elf, request->number, answer);
	else if (request->op == OP_FIND)
		answer->status = bw_elf_find(reader->elf, request->text, &answer->numbers[0]);
	else
		bw_elf_suggest(reader->elf, request->text, answer->text,
			       request->number < sizeof(answer->text) ? request->number : sizeof(answer->text));
}

int bw_symbols_start(struct bw_sandbox *file, const char *path, struct bw_sandbox_strays *strays,
		     struct bw_deadline *deadline)
{
	struct reader reader = {.path = path};
	const struct bw_sandbox_job job = {.open = open_path,
					   .answer = answer_request,
					   .cookie = &reader,
					   .limits = {MEMORY, CPU_SECONDS},
					   .ms = ANSWER_MS};

	return bw_sandbox_start(file, &job, strays, deadline);
}

/* In the looker. */
static void answer_look(void *cookie, int fd, const struct bw_sandbox_request *request,
			struct bw_sandbox_answer *answer)
{
	BW_FD int path_fd = open(request->text, O_PATH | O_CLOEXEC);
	struct bw_sandbox_file_id id;
	struct stat st;

	(void)cookie;
	(void)fd;
	if (path_fd < 0 || fstat(path_fd, &st) < 0) {
		answer->status = -errno;
		return;
	}
	id = bw_sandbox_file_id_of(&st);
	memcpy(answer->numbers, &id, sizeof(id));
	answer->status = S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

int bw_symbols_start_looker(struct bw_sandbox *looker, struct bw_sandbox_strays *strays, struct bw_deadline *deadline)
{
	const struct bw_sandbox_job job = {.answer = answer_look, .ms = ANSWER_MS, .privileged = true};

	return bw_sandbox_start(looker, &job, strays, deadline);
}

int bw_symbols_look(struct bw_sandbox *looker, const char *path, struct bw_deadline *deadline,
		    struct bw_sandbox_file_id *id)
{
	struct bw_sandbox_request request = {0};
	struct bw_sandbox_answer answer;
	int r;

	snprintf(request.text, sizeof(request.text), "%s", path);
	r = bw_sandbox_ask(looker, &request, &answer, deadline);
	if (r == 0)
		memcpy(id, answer.numbers, sizeof(*id));
	return r;
}

int bw_symbols_at(struct bw_sandbox *file, uint64_t offset, struct bw_deadline *deadline, char *name, size_t size,
		  uint64_t *into)
{
	struct bw_sandbox_request request = {.op = OP_AT, .number = offset};
	struct bw_sandbox_answer answer;
	int r = bw_sandbox_ask(file, &request, &answer, deadline);

	if (r < 0)
		return r;
	snprintf(name, size, "%s", answer.text);
	*into = answer.numbers[0];
	/* Refuses an empty name, and a function that would begin before its file. */
	return *name && *into <= offset ? 0 : -ENOENT;
}

/* Makes one request about a file; the answer may have max bytes. */
static int ask(const char *path, enum op op, const char *symbol, size_t max, struct bw_sandbox_answer *answer,
	       char *why, size_t size)
{
	struct bw_sandbox_request request = {.op = op, .number = max};
	struct bw_sandbox_strays strays = {0};
	struct bw_deadline deadline = {0};
	struct bw_sandbox file;
	int r;

	*why = '\0';
	if (strlen(symbol) >= sizeof(request.text))
		return -ESRCH;
	strcpy(request.text, symbol);
	bw_deadline_start(&deadline, FIND_MS);
	r = bw_symbols_start(&file, path, &strays, &deadline);
	if (r == 0)
		r = bw_sandbox_ask(&file, &request, answer, &deadline);
	else if (r == -EINVAL)
		r = -ENOEXEC;
	if (file.failure)
		snprintf(why, size, "%s", file.why);
	bw_sandbox_stop(&file, &strays);
	bw_sandbox_reap_strays(&strays, BW_STRAYS_LAST_MS);
	return r;
}

int bw_symbols_find(const char *path, const char *symbol, uint64_t *offset, char *why, size_t size)
{
	struct bw_sandbox_answer answer = {0};
	int r = ask(path, OP_FIND, symbol, 0, &answer, why, size);

	if (r == 0 || r == -ENOTSUP)
		*offset = answer.numbers[0];
	return r;
}

void bw_symbols_suggest(const char *path, const char *symbol, char *text, size_t size)
{
	struct bw_sandbox_answer answer;
	char why[1];

	*text = '\0';
	if (ask(path, OP_SUGGEST, symbol, size, &answer, why, sizeof(why)) == 0 && strlen(answer.text) < size)
		strcpy(text, answer.text);
}

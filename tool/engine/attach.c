/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attach.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "engine/hook.h"
#include "engine/override.h"
#include "engine/quiet.h"

int bw_attach_check(const struct bw_image *image, const char **program)
{
	*program = NULL;
	if (image->n_programs == 0)
		return bw_err(-EINVAL, "the source has no program: a function that is not static");
	for (uint32_t i = 0; i < image->n_programs; i++) {
		const struct bw_hook_kind *kind;
		const char *target;
		int r = bw_hook_kind_of(image->programs[i].name, &kind, &target);

		*program = NULL;
		if (r < 0)
			return r;
		*program = image->programs[i].name;
		r = kind->check(target);
		if (r < 0)
			return r;
		*program = NULL;
		r = bw_override_check(&image->programs[i], kind, target);
		if (r < 0)
			return r;
	}
	return 0;
}

void bw_attach_explain(const char *program, int error)
{
	const struct bw_hook_kind *kind;
	const char *target;

	if (bw_hook_kind_of(program, &kind, &target) == 0)
		kind->explain(target, error);
}

static int attach_program(const char *name, int program, int *hook)
{
	const struct bw_hook_kind *kind;
	struct bw_quiet quiet;
	const char *target;
	BW_FREE char *words = NULL;
	size_t len;
	int r = bw_hook_kind_of(name, &kind, &target);

	if (r < 0)
		return r;
	bw_quiet_begin(&quiet);
	*hook = kind->attach(program, target);
	bw_quiet_end(&quiet, &words, &len);
	if (*hook >= 0) {
		bw_debug("attached: %s %s", kind->word, target);
		return 0;
	}
	r = *hook;
	kind->explain(target, r);
	if (bw_verbose)
		bw_words(words, len);
	return r;
}

int bw_attach(struct bw_attached *attached, const struct bw_loaded *loaded)
{
	const struct bw_image *image = loaded->image;

	*attached = (struct bw_attached){malloc((image->n_programs + 1) * sizeof(int)), 0};
	if (!attached->hooks)
		return -ENOMEM;
	for (uint32_t i = 0; i < image->n_programs; i++) {
		int r = attach_program(image->programs[i].name, loaded->programs[i], &attached->hooks[i]);

		if (r < 0)
			return r;
		attached->n++;
	}
	return 0;
}

void bw_detach(struct bw_attached *attached)
{
	for (uint32_t i = 0; i < attached->n; i++)
		close(attached->hooks[i]);
	free(attached->hooks);
	*attached = (struct bw_attached){0};
}

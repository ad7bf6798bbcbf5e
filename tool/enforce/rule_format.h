/* SPDX-License-Identifier: Apache-2.0 */
/* Rules as lines of a rules file. */
#pragma once

#include <stdio.h>

#include "enforce/rules.h"

/* The line of a rule, without its end: enforce/rules_read.c reads the same rule of it. */
void bw_rule_format(FILE *out, const struct bw_rules *rules, const struct bw_rule *rule);

/* The same of a policy and an object; the kind is that of the rule. */
void bw_rule_format_line(FILE *out, const struct bw_policy *policy, enum bw_rule_kind kind, const char *object);

/* " except uid root only ..."; nothing where there are none. */
void bw_rule_format_subjects(FILE *out, const struct bw_policy *policy);

/* SPDX-License-Identifier: MIT */
/* changes: what two streams differ in, as text or as JSON. */
#include <tl/changes.h>

#include <tl/quote.h>

enum tl_status tl_changes_begin(struct tl_changes *c, const struct tl_changes_number *number,
				size_t n, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (c->json)
		st = tl_out_printf(c->out, err, "{");
	else
		st = tl_out_printf(c->out, err, "%-16s %15s %15s\n", "", "records", "residues");
	for (size_t i = 0; i < n && st == TL_OK; i++)
		st = c->json ? tl_out_printf(c->out, err,
					     "%s\n  \"%s\": %llu,\n  \"%s_residues\": %llu",
					     i ? "," : "", number[i].name,
					     (unsigned long long)number[i].records, number[i].name,
					     (unsigned long long)number[i].residues)
			     : tl_out_printf(c->out, err, "%-16s %15llu %15llu\n", number[i].label,
					     (unsigned long long)number[i].records,
					     (unsigned long long)number[i].residues);
	return st == TL_OK && c->json ? tl_out_printf(c->out, err, ",\n  \"differences\": [") : st;
}

/* A name is not to move the cursor of a terminal, nor to end its line. */
static enum tl_status put_name(struct tl_changes *c, struct tl_str name, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < name.n && st == TL_OK; i++) {
		bool control = name.p[i] < 32 || name.p[i] == 127;
		st = tl_out_put(c->out, control ? (const uint8_t *)"?" : &name.p[i], 1, err);
	}
	return st;
}

enum tl_status tl_changes_line(struct tl_changes *c, const char *what, uint64_t ordinal,
			       struct tl_str name, struct tl_err *err)
{
	bool first = !c->lines++;
	enum tl_status st = TL_OK;
	if (c->json) {
		st = tl_out_printf(c->out, err, "%s\n    {\"what\": \"%s\", \"ordinal\": %llu, \"name\": ",
				   first ? "" : ",", what, (unsigned long long)ordinal);
		if (st == TL_OK)
			st = tl_quote_put(name.p, name.n, c->out, err);
		return st == TL_OK ? tl_out_printf(c->out, err, "}") : st;
	}
	st = tl_out_printf(c->out, err, "%s%s\ttl|%llu\t", first ? "\n" : "", what,
			   (unsigned long long)ordinal);
	if (st == TL_OK)
		st = put_name(c, name, err);
	return st == TL_OK ? tl_out_printf(c->out, err, "\n") : st;
}

enum tl_status tl_changes_end(struct tl_changes *c, struct tl_err *err)
{
	return c->json ? tl_out_printf(c->out, err, "\n  ]\n}\n") : TL_OK;
}

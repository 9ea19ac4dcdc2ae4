/* SPDX-License-Identifier: MIT */
/* inflate: a byte source that undoes gzip where the content says so. */
#include <tl/inflate.h>

#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tl/io.h>
#include <tl/mem.h>

#define INPUT_SIZE (256u << 10) /* compressed bytes read at once */
#define SNIFF_SIZE 16           /* bytes by which the format is known */

enum state {
	PLAIN,
	MEMBER,  /* inside a gzip member */
	BETWEEN, /* behind one */
	END,     /* the text ended */
};

struct tl_inflate {
	int fd;
	char *name; /* for messages */
	bool from_stdin;
	enum state state;
	bool eof;        /* of the file */
	size_t held;     /* PLAIN: bytes not yet given, at input + INPUT_SIZE - held */
	uint64_t offset; /* of the end of input in the file */
	struct inflate_state gz;
	uint8_t input[INPUT_SIZE];
};

/* Formats known only to be refused, by their first bytes and with what undoes them. */
static const struct {
	const char *magic;
	uint8_t len;
	const char *name, *command;
} others[] = {
	{"BZh", 3, "bzip2", "bzip2 -dc"},
	{"\xFD" "7zXZ\0", 6, "xz", "xz -dc"},
	{"\x28\xB5\x2F\xFD", 4, "zstd", "zstd -dc"},
	{"\x04\x22\x4D\x18", 4, "lz4", "lz4 -dc"},
	{"\x02\x21\x4C\x18", 4, "lz4", "lz4 -dc"},
	{"LZIP", 4, "lzip", "lzip -dc"},
	{"\x1F\x9D", 2, "compress", "uncompress -c"},
	{"PK\x03\x04", 4, "zip", "unzip -p"},
};

static enum tl_status refuse_others(const struct tl_inflate *in, const uint8_t *p, size_t n,
				    struct tl_err *err)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (n < others[i].len || memcmp(p, others[i].magic, others[i].len) != 0)
			continue;
		if (in->from_stdin)
			return tl_err_set(err, TL_DATA, "%s: it is %s: use \"%s |\" in front",
					  in->name, others[i].name, others[i].command);
		return tl_err_set(err, TL_DATA, "%s: the file is %s: use \"%s %s |\" in front",
				  in->name, others[i].name, others[i].command, in->name);
	}
	return TL_OK;
}

static bool is_gzip(const uint8_t *p, size_t n)
{
	return n >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

static void begin_member(struct tl_inflate *in)
{
	isal_inflate_reset(&in->gz);
	in->gz.crc_flag = ISAL_GZIP;
	in->state = MEMBER;
}

/* Reads the first bytes and decides. */
static enum tl_status sniff(struct tl_inflate *in, struct tl_err *err)
{
	uint8_t *p = in->input + INPUT_SIZE - SNIFF_SIZE;
	size_t got;
	enum tl_status st = tl_io_read(in->fd, p, SNIFF_SIZE, &got, err);
	if (st != TL_OK)
		return st;
	in->eof = got < SNIFF_SIZE;
	in->offset = got;
	if ((st = refuse_others(in, p, got, err)) != TL_OK)
		return st;
	if (is_gzip(p, got)) {
		isal_inflate_init(&in->gz);
		begin_member(in);
		in->gz.next_in = p;
		in->gz.avail_in = (uint32_t)got;
		return TL_OK;
	}
	memmove(in->input + INPUT_SIZE - got, p, got);
	in->held = got;
	return TL_OK;
}

enum tl_status tl_inflate_open(const char *name, struct tl_inflate **ret, struct tl_err *err)
{
	struct tl_inflate *in = tl_mem_alloc(1, sizeof *in, err);
	enum tl_status st;
	if (!in)
		return TL_NOMEM;
	/* The input buffer stays as it is: only what was read into it is looked at. */
	memset(in, 0, offsetof(struct tl_inflate, input));
	in->fd = -1;
	in->from_stdin = !strcmp(name, "-");
	in->name = strdup(in->from_stdin ? "standard input" : name);
	if (!in->name) {
		st = tl_err_nomem(err, strlen(name));
		goto fail;
	}
	if ((st = tl_io_open(name, &in->fd, err)) != TL_OK || (st = sniff(in, err)) != TL_OK)
		goto fail;
	*ret = in;
	return TL_OK;
fail:
	tl_inflate_close(in);
	return st;
}

static enum tl_status read_plain(struct tl_inflate *in, uint8_t *p, size_t n, size_t *ret_got,
				 struct tl_err *err)
{
	size_t first = in->held < n ? in->held : n, got = 0;
	memcpy(p, in->input + INPUT_SIZE - in->held, first);
	in->held -= first;
	*ret_got = first;
	if (in->eof || first == n)
		return TL_OK;
	enum tl_status st = tl_io_read(in->fd, p + first, n - first, &got, err);
	if (st != TL_OK)
		return tl_err_prefix(err, "%s", in->name), st;
	*ret_got += got;
	in->eof = got < n - first;
	return TL_OK;
}

/* Reads compressed input where none is left. */
static enum tl_status refill(struct tl_inflate *in, struct tl_err *err)
{
	size_t got;
	if (in->gz.avail_in || in->eof)
		return TL_OK;
	enum tl_status st = tl_io_read(in->fd, in->input, INPUT_SIZE, &got, err);
	if (st != TL_OK)
		return tl_err_prefix(err, "%s", in->name), st;
	in->eof = got < INPUT_SIZE;
	in->offset += got;
	in->gz.next_in = in->input;
	in->gz.avail_in = (uint32_t)got;
	return TL_OK;
}

static enum tl_status complain(const struct tl_inflate *in, const char *what, struct tl_err *err)
{
	return tl_err_set(err, TL_DATA, "%s: at byte %llu of the compressed file: %s", in->name,
			  (unsigned long long)(in->offset - in->gz.avail_in), what);
}

static const char *reason(int code)
{
	switch (code) {
	case ISAL_INCORRECT_CHECKSUM:
		return "the gzip check (CRC or length) does not fit the data";
	case ISAL_UNSUPPORTED_METHOD:
	case ISAL_INVALID_WRAPPER:
		return "the gzip header is broken";
	default:
		return "the gzip data are broken";
	}
}

/* Inflates up to n bytes of the member; *ret_got may be 0 where only its header or trailer
 * was read. */
static enum tl_status read_member(struct tl_inflate *in, uint8_t *p, size_t n, size_t *ret_got,
				  struct tl_err *err)
{
	enum tl_status st = refill(in, err);
	uint32_t room = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX, before = in->gz.avail_in;
	*ret_got = 0;
	if (st != TL_OK)
		return st;
	in->gz.next_out = p;
	in->gz.avail_out = room;
	int code = isal_inflate(&in->gz);
	if (code < 0 || code == ISAL_NEED_DICT)
		return complain(in, reason(code), err);
	*ret_got = room - in->gz.avail_out;
	if (in->gz.block_state == ISAL_BLOCK_FINISH)
		in->state = BETWEEN;
	else if (!before && in->eof && !*ret_got)
		return complain(in, "the gzip data end early; the file is truncated", err);
	return TL_OK;
}

/* Behind a member: another one, zeros to the end, or the end. */
static enum tl_status next_member(struct tl_inflate *in, struct tl_err *err)
{
	bool zeros = false;
	for (;;) {
		enum tl_status st = refill(in, err);
		if (st != TL_OK)
			return st;
		if (!in->gz.avail_in)
			break;
		if (!zeros && *in->gz.next_in == 0x1f) {
			begin_member(in);
			return TL_OK;
		}
		if (*in->gz.next_in)
			return complain(in, "the gzip data are followed by something else", err);
		zeros = true;
		in->gz.next_in++;
		in->gz.avail_in--;
	}
	in->state = END;
	return TL_OK;
}

enum tl_status tl_inflate_read(struct tl_inflate *in, void *p, size_t n, size_t *ret_got,
			       struct tl_err *err)
{
	uint8_t *dst = p;
	if (in->state == PLAIN)
		return read_plain(in, dst, n, ret_got, err);
	*ret_got = 0;
	while (*ret_got < n && in->state != END) {
		size_t got = 0;
		enum tl_status st;
		if (in->state == MEMBER)
			st = read_member(in, dst + *ret_got, n - *ret_got, &got, err);
		else
			st = next_member(in, err);
		if (st != TL_OK)
			return st;
		*ret_got += got;
	}
	return TL_OK;
}

void tl_inflate_close(struct tl_inflate *in)
{
	if (!in)
		return;
	if (in->fd >= 0)
		tl_io_close(in->fd);
	free(in->name);
	free(in);
}

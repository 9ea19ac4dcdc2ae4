/* SPDX-License-Identifier: MIT */
/* Unit test of emit: text goes out in the order of places, whoever has made it; what is late waits
 * for the owner; a file is compared. */
#include <tl/pool.h>

#include "emit.h"
#include "made.h"

#define ITEMS 200

static struct tl_emit emit;
static int fd;

static void begin(void)
{
	struct tl_out *out = made_out(&fd);
	tl_test_ok(tl_emit_begin(&emit, made_pool, out, NULL, &made_err), made_err);
}

static void end(void)
{
	tl_test_ok(tl_out_commit(emit.out, &made_err), made_err);
	tl_emit_end(&emit);
	close(fd);
}

static struct tl_item item_of(uint64_t place, const char *text)
{
	struct tl_item item = {.place = place};
	item.block.head.type = TL_BLOCK_SEQS;
	item.block.head.records = 1;
	tl_test_ok(tl_buf_add(&item.text, text, strlen(text), &made_err), made_err);
	return item;
}

/* The note of a file whose text is that. */
static struct tl_note_file note_of(const char *text)
{
	struct tl_hash_state *hash = tl_hash_new(NULL);
	tl_hash_put(hash, text, strlen(text));
	struct tl_note_file f = {.text = strlen(text), .hash = tl_hash_get(hash)};
	tl_hash_free(hash);
	return f;
}

static void test_owner(void)
{
	begin();
	struct tl_item first = item_of(0, "ab"), none = item_of(1, ""), last = item_of(2, "ef");
	struct tl_item next = item_of(4, "gh");
	tl_emit_taken(&emit, &first);
	tl_test(first.sent);
	tl_emit_taken(&emit, &none);
	tl_emit_taken(&emit, &last);
	tl_test(!none.sent && !last.sent);
	tl_test_ok(tl_emit_put(&emit, (struct tl_str){(const uint8_t *)"cd", 2}, &made_err), made_err);
	tl_test_ok(tl_emit_put(&emit, (struct tl_str){(const uint8_t *)"ef", 2}, &made_err), made_err);
	struct tl_note_file right = note_of("abcdef"), wrong = note_of("abcdeg");
	tl_test_eq(tl_emit_file(&emit, &wrong, true, 3, &made_err), TL_DATA);
	tl_test_ok(tl_emit_file(&emit, &right, true, 3, &made_err), made_err);
	/* Nothing is late in the next file. */
	tl_emit_taken(&emit, &next);
	tl_test(next.sent);
	right = note_of("gh");
	tl_test_ok(tl_emit_file(&emit, &right, true, 5, &made_err), made_err);
	tl_test_eq(emit.total, 8);
	tl_buf_free(&first.text);
	tl_buf_free(&none.text);
	tl_buf_free(&last.text);
	tl_buf_free(&next.text);
	end();
}

struct work {
	struct tl_task task;
	struct tl_item item; /* of a chunk: its text and place only */
	bool chunk;
	_Atomic bool done;
};

static struct tl_str text_of(const struct work *w)
{
	return (struct tl_str){w->item.text.data, w->item.text.len};
}

static void run(struct tl_task *task, unsigned worker)
{
	struct work *w = (struct work *)task;
	(void)worker;
	if (w->chunk)
		tl_emit_chunk(&emit, w->item.place, text_of(w), &w->item.sent);
	else
		tl_emit_made(&emit, &w->item);
	atomic_store(&w->done, true);
	tl_pool_wake(made_pool);
}

static bool is_done(void *ctx)
{
	return atomic_load(&((struct work *)ctx)->done);
}

static void take(struct work *w)
{
	if (w->chunk) {
		tl_emit_withdraw(&emit, w->item.place);
		if (w->item.sent) {
			tl_test_ok(tl_emit_check(&emit, &made_err), made_err);
		} else {
			tl_test_ok(tl_emit_put(&emit, text_of(w), &made_err), made_err);
			tl_emit_pass(&emit, w->item.place);
		}
	} else {
		tl_emit_taken(&emit, &w->item);
		tl_test(w->item.sent);
	}
	tl_buf_free(&w->item.text);
}

/* Tasks that workers begin in any order, and the owner with them. */
static void in_order(bool chunks)
{
	static struct work work[ITEMS];
	char want[ITEMS * 8] = "";
	begin();
	for (unsigned i = 0; i < ITEMS; i++) {
		char text[16];
		snprintf(text, sizeof text, "%u,", i);
		strcat(want, text);
		work[i] = (struct work){.task.run = run, .item = item_of(i, text), .chunk = chunks};
	}
	for (unsigned i = 0; i < ITEMS; i++) {
		for (unsigned k = i; i % 4 == 0 && k < i + 4; k++)
			tl_pool_submit(made_pool, &work[k].task);
		tl_pool_wait(made_pool, is_done, &work[i]);
		take(&work[i]);
	}
	struct tl_note_file f = note_of(want);
	tl_test_ok(tl_emit_file(&emit, &f, true, ITEMS, &made_err), made_err);
	tl_test_eq(emit.total, f.text);
	end();
}

static void test_blocks(void)
{
	in_order(false);
}

static void test_chunks(void)
{
	in_order(true);
}

/* What was laid by goes out behind what its turn comes after, by the owner if need be. */
static void test_behind(void)
{
	static struct work work;
	begin();
	struct tl_item first = item_of(0, "a");
	work = (struct work){.task.run = run, .item = item_of(1, "b")};
	tl_pool_submit(made_pool, &work.task);
	tl_pool_wait(made_pool, is_done, &work);
	tl_test(!work.item.sent);
	tl_emit_taken(&emit, &first);
	tl_test(first.sent && work.item.sent);
	take(&work);
	struct tl_note_file f = note_of("ab");
	tl_test_ok(tl_emit_file(&emit, &f, true, 2, &made_err), made_err);
	tl_buf_free(&first.text);
	end();
}

/* Two numbers that have one tray: the one that comes later waits for the owner. */
static void test_far(void)
{
	begin();
	struct tl_item first = item_of(1, "b"), far = item_of(1 + emit.trays, "z");
	struct tl_item before = item_of(0, "a");
	tl_emit_made(&emit, &first);
	tl_emit_made(&emit, &far);
	tl_emit_taken(&emit, &before);
	tl_test(first.sent && !far.sent);
	tl_emit_taken(&emit, &first);
	tl_test_eq(emit.total, 2);
	tl_buf_free(&first.text);
	tl_buf_free(&far.text);
	tl_buf_free(&before.text);
	end();
}

/* Behind a stop nothing goes out, also where its turn comes. */
static void test_stop(void)
{
	static struct work work;
	begin();
	work = (struct work){.task.run = run, .item = item_of(0, "x")};
	tl_emit_stop(&emit);
	tl_pool_submit(made_pool, &work.task);
	tl_pool_wait(made_pool, is_done, &work);
	tl_test(!work.item.sent);
	tl_test_eq(emit.total, 0);
	tl_buf_free(&work.item.text);
	end();
}

int main(void)
{
	made_begin();
	TL_RUN(test_owner);
	TL_RUN(test_blocks);
	TL_RUN(test_chunks);
	TL_RUN(test_behind);
	TL_RUN(test_far);
	TL_RUN(test_stop);
	tl_pool_free(made_pool);
	return tl_test_end();
}

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
	tl_buf_free(&last.text);
	tl_buf_free(&next.text);
	end();
}

struct work {
	struct tl_task task;
	struct tl_item item;
	_Atomic bool done;
};

static void run(struct tl_task *task, unsigned worker)
{
	struct work *w = (struct work *)task;
	(void)worker;
	tl_emit_made(&emit, &w->item);
	atomic_store(&w->done, true);
	tl_pool_wake(made_pool);
}

static bool is_done(void *ctx)
{
	return atomic_load(&((struct work *)ctx)->done);
}

/* Tasks that workers begin in any order, and the owner with them. */
static void test_workers(void)
{
	static struct work work[ITEMS];
	struct tl_buf want = {0};
	begin();
	for (unsigned i = 0; i < ITEMS; i++) {
		char text[16];
		snprintf(text, sizeof text, "%u,", i);
		work[i].task.run = run;
		work[i].item = item_of(i, text);
		tl_test_ok(tl_buf_add(&want, text, strlen(text), &made_err), made_err);
	}
	for (unsigned i = 0; i < ITEMS; i += 4) {
		for (unsigned k = 0; k < 4; k++)
			tl_pool_submit(made_pool, &work[i + k].task);
		for (unsigned k = 0; k < 4; k++) {
			tl_pool_wait(made_pool, is_done, &work[i + k]);
			tl_emit_taken(&emit, &work[i + k].item);
			tl_test(work[i + k].item.sent);
			tl_buf_free(&work[i + k].item.text);
		}
	}
	tl_test_ok(tl_buf_add(&want, "", 1, &made_err), made_err);
	struct tl_note_file f = note_of((const char *)want.data);
	tl_test_ok(tl_emit_file(&emit, &f, true, ITEMS, &made_err), made_err);
	tl_test_eq(emit.total, f.text);
	tl_buf_free(&want);
	end();
}

struct chunk {
	struct tl_task task;
	uint64_t number;
	char text[16];
	bool sent;
	_Atomic bool done;
};

static void run_chunk(struct tl_task *task, unsigned worker)
{
	struct chunk *c = (struct chunk *)task;
	(void)worker;
	c->sent = tl_emit_chunk(&emit, c->number,
				(struct tl_str){(const uint8_t *)c->text, strlen(c->text)});
	atomic_store(&c->done, true);
	tl_pool_wake(made_pool);
}

static bool chunk_is_done(void *ctx)
{
	return atomic_load(&((struct chunk *)ctx)->done);
}

/* Chunks, of which the owner puts out what no worker could. */
static void test_chunks(void)
{
	static struct chunk chunk[ITEMS];
	char want[ITEMS * 8] = "";
	begin();
	for (unsigned i = 0; i < ITEMS; i++) {
		struct chunk *c = &chunk[i];
		*c = (struct chunk){.task.run = run_chunk, .number = i};
		snprintf(c->text, sizeof c->text, "%u;", i);
		strcat(want, c->text);
	}
	for (unsigned i = 0; i < ITEMS; i++) {
		struct chunk *c = &chunk[i];
		for (unsigned k = i; i % 4 == 0 && k < i + 4; k++)
			tl_pool_submit(made_pool, &chunk[k].task);
		tl_pool_wait(made_pool, chunk_is_done, c);
		struct tl_str text = {(const uint8_t *)c->text, strlen(c->text)};
		tl_test_ok(c->sent ? tl_emit_check(&emit, &made_err)
				   : tl_emit_put(&emit, text, &made_err), made_err);
		tl_emit_chunk_taken(&emit, i);
	}
	struct tl_note_file f = note_of(want);
	tl_test_ok(tl_emit_file(&emit, &f, true, 0, &made_err), made_err);
	end();
}

/* Who waits when no turn will come goes on, and has sent nothing. */
static void test_stop(void)
{
	static struct work work;
	begin();
	work = (struct work){.task.run = run, .item = item_of(7, "x")};
	tl_pool_submit(made_pool, &work.task);
	tl_emit_stop(&emit);
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
	TL_RUN(test_workers);
	TL_RUN(test_chunks);
	TL_RUN(test_stop);
	tl_pool_free(made_pool);
	return tl_test_end();
}

/* SPDX-License-Identifier: MIT */
/* driver: a main for a fuzz target where libFuzzer is not to be had: all seeds, then mutations of
 * them, the same ones in every run.
 *
 * Usage: fuzz_X [-runs=N] [FILE ...]
 * A file named *.hex holds seeds, one line "NAME HEX-DIGITS" each; any other is one seed.  Speaks
 * TAP.  Of an input that breaks something the bytes are printed as such a line.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX 8192 /* bytes of a mutated input */
#define PATIENCE 60    /* seconds that one input may take, on a busy machine */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

struct seed {
	char *name;
	uint8_t *p;
	size_t n;
};

static struct seed *seeds;
static size_t nseeds;
static uint64_t state = 0x9E3779B97F4A7C15u;
static char label[128];
static const uint8_t *now;
static size_t now_n;

/* Sanitizers are to end in abort(3), so that the input is printed. */
const char *__asan_default_options(void)
{
	return "abort_on_error=1:detect_leaks=1";
}

const char *__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}

static void must(int fine)
{
	if (!fine) {
		perror("driver");
		exit(2);
	}
}

static void say(const char *p, size_t n)
{
	if (write(STDERR_FILENO, p, n) < 0)
		_exit(3);
}

/* Only what is safe in a signal handler. */
static void tell(int sig)
{
	static const char digits[] = "0123456789abcdef";
	char line[64];
	say("# input: ", 9);
	say(label, strlen(label));
	say(sig == SIGALRM ? " (too slow) " : " ", sig == SIGALRM ? 12 : 1);
	for (size_t i = 0; i < now_n;) {
		size_t k = 0;
		for (; k < sizeof line && i < now_n; i++) {
			line[k++] = digits[now[i] >> 4];
			line[k++] = digits[now[i] & 15];
		}
		say(line, k);
	}
	say("\n", 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void run(const uint8_t *p, size_t n)
{
	/* Memory of just its size, so that a sanitizer sees a step outside. */
	uint8_t *copy = malloc(n ? n : 1);
	must(copy != NULL);
	if (n)
		memcpy(copy, p, n);
	now = copy;
	now_n = n;
	alarm(PATIENCE);
	(void)LLVMFuzzerTestOneInput(copy, n);
	alarm(0);
	now_n = 0;
	free(copy);
}

static void add_seed(const char *name, const uint8_t *p, size_t n)
{
	seeds = realloc(seeds, (nseeds + 1) * sizeof *seeds);
	must(seeds != NULL);
	seeds[nseeds] = (struct seed){strdup(name), malloc(n + 1), n};
	must(seeds[nseeds].name && seeds[nseeds].p);
	if (n)
		memcpy(seeds[nseeds].p, p, n);
	nseeds++;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_hex(const char *path, char *line)
{
	char *hex = strchr(line, ' ');
	size_t n = 0;
	line[strcspn(line, "\n")] = '\0';
	if (!line[0] || line[0] == '#')
		return;
	if (!hex) {
		fprintf(stderr, "driver: %s: no line of a name and digits: %s\n", path, line);
		exit(2);
	}
	*hex++ = '\0';
	for (; digit(hex[2 * n]) >= 0 && digit(hex[2 * n + 1]) >= 0; n++)
		((uint8_t *)hex)[n] = (uint8_t)(digit(hex[2 * n]) << 4 | digit(hex[2 * n + 1]));
	add_seed(line, (const uint8_t *)hex, n);
}

static void load(const char *path)
{
	size_t n = strlen(path), cap = 0;
	char *line = NULL;
	FILE *f = fopen(path, "rb");
	must(f != NULL);
	if (n > 4 && !strcmp(path + n - 4, ".hex")) {
		while (getline(&line, &cap, f) > 0)
			add_hex(path, line);
		free(line);
	} else {
		uint8_t p[1 << 16];
		n = fread(p, 1, sizeof p, f);
		add_seed(strrchr(path, '/') ? strrchr(path, '/') + 1 : path, p, n);
	}
	fclose(f);
}

/* xorshift64* */
static size_t below(size_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return n ? (size_t)((state * 0x2545F4914F6CDD1Du) >> 32) % n : 0;
}

static size_t erase(uint8_t *p, size_t n)
{
	size_t at = below(n), k = 1 + below(n - at < 16 ? n - at : 16);
	memmove(p + at, p + at + k, n - at - k);
	return n - k;
}

/* Bytes from elsewhere in a seed. */
static size_t splice(uint8_t *p, size_t n, const struct seed *from)
{
	size_t at = below(n + 1), k = from->n ? 1 + below(from->n < 64 ? from->n : 64) : 0;
	size_t src = k ? below(from->n - k + 1) : 0;
	if (n + k > INPUT_MAX)
		return n;
	memmove(p + at + k, p + at, n - at);
	if (k)
		memcpy(p + at, from->p + src, k);
	return n + k;
}

static void interesting(uint8_t *p, size_t n)
{
	static const uint64_t values[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff,
					  0x80000000u, 0xffffffffu, UINT64_MAX, UINT64_MAX >> 1};
	uint64_t v = values[below(sizeof values / sizeof *values)];
	size_t width = (size_t)1 << below(4), at = below(n);
	for (size_t i = 0; i < width && at + i < n; i++)
		p[at + i] = (uint8_t)(v >> 8 * i);
}

static size_t mutate(uint8_t *p, size_t n)
{
	size_t at = below(n);
	switch (n ? below(8) : 7) {
	case 0:
		p[at] ^= (uint8_t)(1 << below(8));
		return n;
	case 1:
		p[at] = (uint8_t)below(256);
		return n;
	case 2:
		p[at] = (uint8_t)(p[at] + below(9) - 4);
		return n;
	case 3:
		interesting(p, n);
		return n;
	case 4:
		return erase(p, n);
	case 5:
		return below(n + 1);
	case 6:
		p[at] = p[below(n)];
		return n;
	default:
		return splice(p, n, &seeds[below(nseeds)]);
	}
}

static void run_mutation(unsigned long i)
{
	static uint8_t p[INPUT_MAX];
	const struct seed *s = &seeds[below(nseeds)];
	size_t n = s->n < INPUT_MAX ? s->n : INPUT_MAX;
	if (n)
		memcpy(p, s->p, n);
	for (size_t k = 1 + below(4); k; k--)
		n = mutate(p, n);
	snprintf(label, sizeof label, "%.80s-mutated-%lu", s->name, i);
	run(p, n);
}

int main(int argc, char **argv)
{
	unsigned long runs = 1000;
	signal(SIGABRT, tell);
	signal(SIGALRM, tell);
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "-runs=", 6))
			runs = strtoul(argv[i] + 6, NULL, 10);
		else
			load(argv[i]);
	if (!nseeds)
		add_seed("nothing", NULL, 0);
	for (size_t i = 0; i < nseeds; i++) {
		snprintf(label, sizeof label, "%.80s", seeds[i].name);
		run(seeds[i].p, seeds[i].n);
	}
	printf("ok 1 - %zu seeds\n", nseeds);
	fflush(stdout);
	for (unsigned long i = 0; i < runs; i++)
		run_mutation(i);
	printf("ok 2 - %lu mutations of them\n1..2\n", runs);
	for (size_t i = 0; i < nseeds; i++) {
		free(seeds[i].name);
		free(seeds[i].p);
	}
	free(seeds);
	return 0;
}

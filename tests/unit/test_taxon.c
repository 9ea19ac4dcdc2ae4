/* SPDX-License-Identifier: MIT */
#include <tl/taxon.h>

#include "tltest.h"

static struct tl_str str(const char *s)
{
	return (struct tl_str){(const uint8_t *)s, strlen(s)};
}

static uint32_t first(const char *head)
{
	size_t pos = 0;
	return tl_taxon_next(str(head), &pos);
}

static void test_forms(void)
{
	tl_test_eq(first("sp|P1|A_HUMAN Name OS=Homo sapiens OX=9606 GN=A PE=1 SV=2"), 9606);
	tl_test_eq(first("UniRef50_A0 Name n=1 Tax=Homo sapiens TaxID=9606 RepID=A0"), 9606);
	tl_test_eq(first("kraken:taxid|9606|NC_1 x"), 9606);
	tl_test_eq(first("a taxid:9606"), 9606);
	tl_test_eq(first("a taxid=9606;"), 9606);
	tl_test_eq(first("a TAXID|9606"), 9606);
	tl_test_eq(first("a tax_id=1"), 1);
	tl_test_eq(first("taxid:2147483647"), 2147483647);
}

static void test_none(void)
{
	static const char *const heads[] = {
		"",
		"=",
		"a",
		"OX=",
		"a OX=x",
		"a BOX=9606",
		"a ox=9606",
		"a OX:9606",
		"a OX=9606a",
		"a mytaxid:9606",
		"a taxid 9606",
		"a taxid:-9606",
		"a taxid:0",
		"a taxid:2147483648",
		"a taxid:99999999999999999999",
		"taxi|9606",
		"x|9606",
		"OX=9606_1",
	};
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		tl_test_eq(first(heads[i]), 0);
}

/* The titles of one record. */
static void test_several(void)
{
	struct tl_str s = str("a OX=1 x\001b taxid:2\001c taxid:x taxid|3");
	size_t pos = 0;
	tl_test_eq(tl_taxon_next(s, &pos), 1);
	tl_test_eq(tl_taxon_next(s, &pos), 2);
	tl_test_eq(tl_taxon_next(s, &pos), 3);
	tl_test_eq(tl_taxon_next(s, &pos), 0);
	tl_test_eq(tl_taxon_next(s, &pos), 0);
}

/* Nothing behind the header is read. */
static void test_bounds(void)
{
	static const char *const heads[] = {
		"taxid:96", "OX=1", "taxid:", "OX=", "X=1", "=1", "d:1"};
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		size_t n = strlen(heads[i]), pos = 0;
		uint8_t *p = tl_test_guarded(n);
		memcpy(p, heads[i], n);
		uint32_t want = i == 0 ? 96 : i == 1 ? 1 : 0;
		tl_test_eq(tl_taxon_next((struct tl_str){p, n}, &pos), want);
	}
}

int main(void)
{
	TL_RUN(test_forms);
	TL_RUN(test_none);
	TL_RUN(test_several);
	TL_RUN(test_bounds);
	return tl_test_end();
}

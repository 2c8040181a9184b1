// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What drivers of AMD's tables do where the API leaves it open: AMD up to v6.18, and generic page
 * tables with leaves of any power of two. The table to compare with is in docs/model.md.
 */
#include "edge_fixture.h"

#define AMD "amd-legacy"
#define GEN "generic-pt"
/* Leads nowhere that would allow a leaf larger than a page. */
#define O (P + PAGE)
#define BIG4 (2 * MID)

static const struct edge_row legacy_rows[] = {
	/* Holes. */
	{ AMD, "hole in a table", { M(B, O, 5 * PAGE), M(B + 6 * PAGE, O, 2 * PAGE) },
	  U(B, 8 * PAGE), 8 * PAGE, 0, "", 3, {} },
	{ AMD, "hole first", { M(B + PAGE, P, 3 * PAGE) },
	  U(B, 4 * PAGE), 4 * PAGE, 0, "", 3, {} },
	{ AMD, "unmap of one missing page", { M(B, P, PAGE) },
	  U(B + PAGE, PAGE), PAGE, 0, "40000000:1000*1>80000000", 3, {} },
	{ AMD, "hole in a covered table", { M(B, P, PAGE), M(B + 2 * PAGE, O, MID - 2 * PAGE) },
	  U(B, MID), MID, 0, "", 3, {} },
	{ AMD, "hole without a table", { M(B + 2 * MID, O, 2 * PAGE) },
	  U(B + 2 * MID - PAGE, PAGE), 0, 0, "40400000:1000*2>80001000", 3, {} },
	{ AMD, "hole without a table, reached on the way", { M(B + MID - PAGE, O, PAGE) },
	  U(B + MID - PAGE, 2 * PAGE), PAGE, 0, "", 3, {} },

	/* Part of a large leaf: all of it goes, wherever it begins. */
	{ AMD, "unmap start of a large leaf", { M(B, P, MID) },
	  U(B, PAGE), MID, 0, "", 2, { 1, 0, MID, 0, NULL } },
	{ AMD, "unmap middle of a large leaf", { M(B, P, MID) },
	  U(B + PAGE, PAGE), MID, 0, "", 2, { 1, 0, MID, 0, NULL } },
	{ AMD, "unmap into a large leaf", { M(B - PAGE, 2 * P, PAGE), M(B, P, MID) },
	  U(B - PAGE, 2 * PAGE), MID + PAGE, 0, "", 4, { 1, 0, MID, 0, NULL } },
	{ AMD, "unmap 2M of a 1G leaf", { M(B, P, BIG) },
	  U(B, MID), BIG, 0, "", 1, { 1, 0, BIG, 0, NULL } },
	{ AMD, "unmap start of a replicated leaf", { M(B, P, 4 * PAGE) },
	  U(B, PAGE), 4 * PAGE, 0, "", 3, { 1, 0, 4 * PAGE, 0, NULL } },
	{ AMD, "unmap middle of a replicated leaf", { M(B, P, 4 * PAGE) },
	  U(B + 2 * PAGE, PAGE), 4 * PAGE, 0, "", 3, { 1, 0, 4 * PAGE, 0, NULL } },
	{ AMD, "unmap middle of a large replicated leaf", { M(B, P, BIG4) },
	  U(B + MID + PAGE, PAGE), BIG4, 0, "", 2, { 1, 0, BIG4, 0, NULL } },
	{ AMD, "unmap all of several leaves", { M(B, P, 7 * PAGE) },
	  U(B, 7 * PAGE), 7 * PAGE, 0, "", 3, {} },

	/* Over a live leaf: what was there is forgotten. */
	{ AMD, "map over a leaf", { M(B, P, PAGE) },
	  M(B, 2 * P, PAGE), 0, 0, "40000000:1000*1>100000000", 3, { 0, 0, 0, 1, "replaced" } },
	{ AMD, "map over the third page", { M(B + 2 * PAGE, P, PAGE) },
	  M(B, 2 * P, 6 * PAGE), 0, 0, "40000000:4000*1>100000000 40004000:2000*1>100004000", 3,
	  { 0, 0, 0, 1, "replaced" } },
	{ AMD, "map over in the next table", { M(B + MID, P, PAGE) },
	  M(B + MID - 2 * PAGE, 2 * P + PAGE, 4 * PAGE), 0, 0, "401fe000:1000*4>100001000", 4,
	  { 0, 0, 0, 1, "replaced" } },
	{ AMD, "map large over a large leaf", { M(B, P, MID) },
	  M(B, 2 * P, MID), 0, 0, "40000000:200000*1>100000000", 2,
	  { 0, 0, 0, 1, "replaced" } },
	{ AMD, "map over all of a replicated leaf", { M(B, P, 2 * PAGE) },
	  M(B, 2 * P, 4 * PAGE), 0, 0, "40000000:4000*1>100000000", 3,
	  { 0, 0, 0, 2, "replaced" } },

	/* The rest of a replicated leaf stays, and goes by its size when it goes. */
	{ AMD, "map over part of a replicated leaf", { M(B, P, 4 * PAGE) },
	  M(B + PAGE, 2 * P, PAGE), 0, 0,
	  "40000000:1000*1>80000000 40001000:1000*1>100000000 40002000:1000*2>80002000", 3,
	  { 0, 0, 0, 1, "replaced" } },
	{ AMD, "unmap all of a torn leaf", { M(B, P, 4 * PAGE), M(B + PAGE, 2 * P, PAGE) },
	  U(B, 4 * PAGE), 4 * PAGE, 0, "", 3, {} },
	{ AMD, "unmap what tore a leaf", { M(B, P, 4 * PAGE), M(B + PAGE, 2 * P, PAGE) },
	  U(B + PAGE, PAGE), PAGE, 0, "40000000:1000*1>80000000 40002000:1000*2>80002000", 3, {} },
	{ AMD, "unmap the end of a torn leaf", { M(B, P, 4 * PAGE), M(B + PAGE, 2 * P, PAGE) },
	  U(B + 3 * PAGE, PAGE), 4 * PAGE, 0, "", 3, { 1, 0, 4 * PAGE, 0, NULL } },
	{ AMD, "unmap a torn leaf with a table in it",
	  { M(B, P, BIG4), M(B + MID, 2 * P, MID), M(B + MID + PAGE, 2 * P, PAGE) },
	  U(B, BIG4), BIG4, 0, "", 2, {} },

	/* A small page takes a larger leaf away. */
	{ AMD, "map small under a large leaf", { M(B, P, MID) },
	  M(B + PAGE, 2 * P, PAGE), 0, 0, "40001000:1000*1>100000000", 3,
	  { 1, 0, MID, 1, "replaced" } },
	{ AMD, "map small under a replicated leaf", { M(B, P, BIG4) },
	  M(B + MID + PAGE, 2 * P, PAGE), 0, 0, "40201000:1000*1>100000000", 3,
	  { 1, 0, BIG4, 1, "replaced" } },
	{ AMD, "map small under a 1G leaf", { M(B, P, BIG) },
	  M(B + PAGE, 2 * P, PAGE), 0, 0, "40001000:1000*1>100000000", 3,
	  { 1, 0, BIG, 1, "replaced" } },

	/* Over tables. */
	{ AMD, "map large over an empty table", { M(B, P, PAGE), U(B, PAGE) },
	  M(B, 2 * P, MID), 0, 0, "40000000:200000*1>100000000", 2, {} },
	{ AMD, "map large over a live table", { M(B + PAGE, P, 2 * PAGE) },
	  M(B, 2 * P, MID), 0, 0, "40000000:200000*1>100000000", 2,
	  { 0, 0, 0, 2, "replaced" } },
	{ AMD, "map replicated over two live tables", { M(B, P, PAGE), M(B + MID, O, PAGE) },
	  M(B, 2 * P, BIG4), 0, 0, "40000000:400000*1>100000000", 2,
	  { 0, 0, 0, 2, "replaced" } },
	{ AMD, "map 1G over nested live tables", { M(B, P, PAGE), M(B + MID, P, MID) },
	  M(B, 2 * P, BIG), 0, 0, "40000000:40000000*1>100000000", 1,
	  { 0, 0, 0, 2, "replaced" } },

	/* Tables stay whatever is unmapped. */
	{ AMD, "covered table is kept", { M(B, O, MID) },
	  U(B, MID), MID, 0, "", 3, {} },
	{ AMD, "nested covered tables are kept", { M(B, O, BIG) },
	  U(B, BIG), BIG, 0, "", 514, {} },

	/* The table grows for what it is asked to map and for nothing else. */
	{ AMD, "map beyond three levels", { M(B, P, PAGE) },
	  M(1ull << 40, 2 * P, PAGE), 0, 0,
	  "40000000:1000*1>80000000 10000000000:1000*1>100000000", 7, {} },
	{ AMD, "unmap beyond three levels", { M(B, P, PAGE) },
	  U(1ull << 40, PAGE), 0, 0, "40000000:1000*1>80000000", 3, {} },
};

static const struct edge_row generic_rows[] = {
	{ GEN, "hole in a table", { M(B, O, 5 * PAGE), M(B + 6 * PAGE, O, 2 * PAGE) },
	  U(B, 8 * PAGE), 5 * PAGE, 0, "40006000:1000*2>80001000", 3, {} },
	{ GEN, "hole in a covered table", { M(B, P, PAGE), M(B + 2 * PAGE, O, MID - 2 * PAGE) },
	  U(B, MID), PAGE, 0, "40002000:1000*1fe>80001000", 3, {} },
	{ GEN, "hole without a table", { M(B + 2 * MID, O, 2 * PAGE) },
	  U(B + 2 * MID - PAGE, PAGE), 0, 0, "40400000:1000*2>80001000", 3, {} },

	{ GEN, "unmap start of a large leaf", { M(B, P, MID) },
	  U(B, PAGE), MID, 0, "", 2, { 1, 0, MID, 0, NULL } },
	{ GEN, "unmap middle of a large leaf", { M(B, P, MID) },
	  U(B + PAGE, PAGE), 0, 0, "40000000:200000*1>80000000", 2, { 1, 0, 0, 0, NULL } },
	{ GEN, "unmap start of a replicated leaf", { M(B, P, 4 * PAGE) },
	  U(B, PAGE), 4 * PAGE, 0, "", 3, { 1, 0, 4 * PAGE, 0, NULL } },
	{ GEN, "unmap middle of a replicated leaf", { M(B, P, 4 * PAGE) },
	  U(B + 2 * PAGE, PAGE), 0, 0, "40000000:4000*1>80000000", 3, { 1, 0, 0, 0, NULL } },
	{ GEN, "unmap middle of a large replicated leaf", { M(B, P, BIG4) },
	  U(B + MID, MID), 0, 0, "40000000:400000*1>80000000", 2, { 1, 0, 0, 0, NULL } },
	{ GEN, "unmap into a replicated leaf", { M(B, P, 6 * PAGE) },
	  U(B, 5 * PAGE), 6 * PAGE, 0, "", 3, { 1, 0, 2 * PAGE, 0, NULL } },
	{ GEN, "unmap all of several leaves", { M(B, P, 7 * PAGE) },
	  U(B, 7 * PAGE), 7 * PAGE, 0, "", 3, {} },

	{ GEN, "map over a leaf", { M(B, P, PAGE) },
	  M(B, 2 * P, PAGE), -EADDRINUSE, 0, "40000000:1000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },
	{ GEN, "map over part of a replicated leaf", { M(B, P, 4 * PAGE) },
	  M(B + PAGE, 2 * P, PAGE), -EADDRINUSE, 0, "40000000:4000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },
	{ GEN, "map replicated over one page", { M(B + 2 * PAGE, P, PAGE) },
	  M(B, 2 * P, 4 * PAGE), -EADDRINUSE, 0, "40002000:1000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },
	{ GEN, "map over the third leaf", { M(B + 6 * PAGE, P, PAGE) },
	  M(B, 2 * P, 7 * PAGE), -EADDRINUSE, 0, "40006000:1000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },
	{ GEN, "map small under a replicated leaf", { M(B, P, BIG4) },
	  M(B + MID + PAGE, 2 * P, PAGE), -EADDRINUSE, 0, "40000000:400000*1>80000000", 2,
	  { 0, 0, 0, 1, "refused" } },

	{ GEN, "map replicated over an empty table", { M(B + MID, P, PAGE), U(B + MID, PAGE) },
	  M(B, 2 * P, BIG4), 0, 0, "40000000:400000*1>100000000", 2, {} },
	{ GEN, "map replicated over a live table", { M(B + MID, P, PAGE) },
	  M(B, 2 * P, BIG4), -EADDRINUSE, 0, "40200000:1000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },
	/* The first table has gone already when the second turns out to hold something. */
	{ GEN, "map replicated over an empty and a live table",
	  { M(B, P, PAGE), U(B, PAGE), M(B + MID, P, PAGE) },
	  M(B, 2 * P, BIG4), -EADDRINUSE, 0, "40200000:1000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },

	{ GEN, "covered table is freed", { M(B, O, MID) },
	  U(B, MID), MID, 0, "", 2, {} },
	{ GEN, "emptied table is kept", { M(B, P, 4 * PAGE) },
	  U(B, 4 * PAGE), 4 * PAGE, 0, "", 3, {} },
	{ GEN, "nested covered tables are freed", { M(B, O, BIG) },
	  U(B, BIG), BIG, 0, "", 1, {} },

	{ GEN, "map beyond three levels", { M(B, P, PAGE) },
	  M(1ull << 40, 2 * P, PAGE), 0, 0,
	  "40000000:1000*1>80000000 10000000000:1000*1>100000000", 7, {} },
	{ GEN, "map over the lowest addresses beyond three levels", { M(B, P, PAGE), U(B, PAGE) },
	  M(0, 0, 1ull << 40), 0, 0, "0:10000000000*1>0", 1, {} },
	{ GEN, "map over live lowest addresses beyond three levels", { M(B, P, PAGE) },
	  M(0, 0, 1ull << 40), -EADDRINUSE, 0, "40000000:1000*1>80000000", 4,
	  { 0, 0, 0, 1, "refused" } },
	{ GEN, "unmap beyond three levels", { M(B, P, PAGE) },
	  U(1ull << 40, PAGE), 0, 0, "40000000:1000*1>80000000", 3, {} },
};

/* Pages of half the size, in a table whose levels begin elsewhere. */
#define HALF (PAGE / 2)
static const struct edge_row half_rows[] = {
	{ GEN, "hole of half a page", { M(B, O, HALF), M(B + PAGE, O, HALF) },
	  U(B, 3 * HALF), HALF, 0, "40001000:800*1>80001000", 3, {} },
	{ GEN, "unmap second half of a page", { M(B, P, PAGE) },
	  U(B + HALF, HALF), 0, 0, "40000000:1000*1>80000000", 3, { 1, 0, 0, 0, NULL } },
	{ GEN, "unmap first half of a page", { M(B, P, PAGE) },
	  U(B, HALF), PAGE, 0, "", 3, { 1, 0, PAGE, 0, NULL } },
	{ GEN, "map over second half of a page", { M(B, P, PAGE) },
	  M(B + HALF, 2 * P, HALF), -EADDRINUSE, 0, "40000000:1000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },
	{ GEN, "two halves of a page", { M(B, P, HALF) },
	  M(B + HALF, P + HALF, HALF), 0, 0, "40000000:800*2>80000000", 3, {} },
	{ GEN, "covered table is freed", { M(B, P + HALF, MID / 2) },
	  U(B, MID / 2), MID / 2, 0, "", 2, {} },
	{ GEN, "map large over an empty table", { M(B, P, HALF), U(B, HALF) },
	  M(B, 2 * P, MID / 2), 0, 0, "40000000:100000*1>100000000", 2, {} },
};

#define CHECK_ROWS(rows, fmt)                                                                      \
	do {                                                                                       \
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {                      \
			check_row(&(rows)[i], fmt, true);                                          \
			check_row(&(rows)[i], fmt, false);                                         \
		}                                                                                  \
	} while (0)

static void test_edges_of_the_legacy_driver(void **state)
{
	CHECK_ROWS(legacy_rows, "amdv1");
}

static void test_edges_of_generic_page_tables(void **state)
{
	CHECK_ROWS(generic_rows, "amdv1");
}

static void test_edges_of_half_pages(void **state)
{
	CHECK_ROWS(half_rows, "amdv1-2k");
}

static const struct ktest tests[] = {
	KTEST(test_edges_of_the_legacy_driver),
	KTEST(test_edges_of_generic_page_tables),
	KTEST(test_edges_of_half_pages),
};
KTEST_MAIN(tests)

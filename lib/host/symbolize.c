/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Names of code addresses in this process, by libdw: symbol tables for functions (static ones too),
 * debug information for lines. Slow the first time, so each answer is kept.
 */
#include "host/host.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHE_SIZE 1024

struct answer {
	uintptr_t pc;
	char *full;
	char *function;
	char *line;
};

static struct answer cache[CACHE_SIZE];
static Dwfl *dwfl;

/*
 * Debug information beside the program counts as well, but only on this machine: the standard way
 * of finding it would ask servers on the network.
 */
static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **result)
{
	return dwfl_build_id_find_debuginfo(module, userdata, name, base, file, link, crc, result);
}

static Dwfl_Module *find_module(uintptr_t pc)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = find_debuginfo,
	};
	Dwfl_Module *module = dwfl ? dwfl_addrmodule(dwfl, pc) : NULL;

	if (module)
		return module;
	/* First use, or code that was loaded since. */
	if (dwfl)
		dwfl_end(dwfl);
	dwfl = dwfl_begin(&callbacks);
	if (!dwfl)
		return NULL;
	if (dwfl_linux_proc_report(dwfl, getpid()) || dwfl_report_end(dwfl, NULL, NULL)) {
		dwfl_end(dwfl);
		dwfl = NULL;
		return NULL;
	}
	return dwfl_addrmodule(dwfl, pc);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* File and line; the second way is for compilers that write no .debug_aranges. */
static bool find_line(Dwfl_Module *module, uintptr_t pc, char *buf, size_t size)
{
	Dwfl_Line *found = dwfl_module_getsrc(module, pc);
	Dwarf_Addr bias = 0;
	Dwarf_Die *unit = NULL;
	const char *file;
	int line;

	if (found) {
		file = dwfl_lineinfo(found, NULL, &line, NULL, NULL, NULL);
		if (!file)
			return false;
		snprintf(buf, size, "%s:%d", base_name(file), line);
		return true;
	}
	while ((unit = dwfl_module_nextcu(module, unit, &bias))) {
		Dwarf_Line *source;

		if (dwarf_haspc(unit, pc - bias) <= 0)
			continue;
		source = dwarf_getsrc_die(unit, pc - bias);
		if (!source || dwarf_lineno(source, &line))
			return false;
		file = dwarf_linesrc(source, NULL, NULL);
		if (!file)
			return false;
		snprintf(buf, size, "%s:%d", base_name(file), line);
		return true;
	}
	return false;
}

static char *copy(const char *text)
{
	char *copied = strdup(text);

	if (!copied)
		host_defect(__FILE_NAME__, __LINE__, "no host memory left");
	return copied;
}

static void ask(struct answer *answer, uintptr_t pc)
{
	/* A return address may be the first of the next function: the call lies before it. */
	Dwfl_Module *module = find_module(pc - 1);
	char function[256] = "?", line[256] = "", full[600];
	const char *symbol = NULL;
	GElf_Off offset = 0;
	GElf_Sym sym;

	answer->pc = pc;
	if (module)
		symbol = dwfl_module_addrinfo(module, pc - 1, &offset, &sym, NULL, NULL, NULL);
	if (symbol) {
		/* "name.isra.0", "name.part.1": the compiler's own variants of a function. */
		snprintf(function, sizeof(function), "%.*s", (int)strcspn(symbol, "."), symbol);
		if (find_line(module, pc - 1, line, sizeof(line)))
			snprintf(full, sizeof(full), "%s+0x%llx (%s)", function,
				 (unsigned long long)offset + 1, line);
		else
			snprintf(full, sizeof(full), "%s+0x%llx", function,
				 (unsigned long long)offset + 1);
	} else {
		snprintf(full, sizeof(full), "?");
	}
	answer->full = copy(full);
	answer->function = copy(function);
	answer->line = copy(line);
}

static const struct answer *lookup(uintptr_t pc)
{
	/* Two addresses in one place only cost time. */
	struct answer *answer = &cache[(pc ^ pc >> 10) % CACHE_SIZE];

	if (answer->full && answer->pc == pc)
		return answer;
	free(answer->full);
	free(answer->function);
	free(answer->line);
	ask(answer, pc);
	return answer;
}

void host_symbolize(uintptr_t pc, char *buf, size_t size)
{
	snprintf(buf, size, "%s", lookup(pc)->full);
}

void host_symbol_function(uintptr_t pc, char *buf, size_t size)
{
	snprintf(buf, size, "%s", lookup(pc)->function);
}

bool host_symbol_line(uintptr_t pc, char *buf, size_t size)
{
	snprintf(buf, size, "%s", lookup(pc)->line);
	return buf[0];
}

/* Static variables of functions: "name.3" by gcc, "function.name" or "function.name.3" by clang. */
static void source_name(const char *symbol, char *buf, size_t size)
{
	size_t length = strlen(symbol), start;

	while (length && symbol[length - 1] >= '0' && symbol[length - 1] <= '9')
		length--;
	if (!length || symbol[length - 1] != '.')
		length = strlen(symbol);
	else
		length--;
	start = length;
	while (start && symbol[start - 1] != '.')
		start--;
	snprintf(buf, size, "%.*s", (int)(length - start), symbol + start);
}

/* All of them are looked at: where two names have one address libdw might answer with the other. */
bool host_symbol_object(uintptr_t address, char *buf, size_t size, size_t *offset)
{
	/* Variables that are zero at first lie in no mapping of the file, but in its module. */
	Dwfl_Module *module = find_module((uintptr_t)host_symbol_object);
	int count = module ? dwfl_module_getsymtab(module) : 0;

	for (int i = 1; i < count; i++) {
		GElf_Addr start;
		GElf_Sym sym;
		const char *symbol = dwfl_module_getsym_info(module, i, &sym, &start, NULL, NULL,
							     NULL);

		if (!symbol || GELF_ST_TYPE(sym.st_info) != STT_OBJECT ||
		    address - start >= sym.st_size)
			continue;
		source_name(symbol, buf, size);
		*offset = address - start;
		return true;
	}
	return false;
}

# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Code above the kernel-API seam: its objects keep their static state in sections of their own, its
# marked accesses are switch points, and it is compiled with -fsanitize=thread, so that each plain
# access is a call: of our own __tsan_ functions (lib/kernel/plain_access.c); libtsan is not linked.
# It can't be combined with AddressSanitizer, and counters of coverage are no state of a world: in
# such builds these objects do without.

set(SVMSIM_ABOVE_FLAGS ${SVMSIM_KERNEL_FLAGS})
list(REMOVE_ITEM SVMSIM_ABOVE_FLAGS --coverage -fsanitize=fuzzer-no-link)
list(APPEND SVMSIM_ABOVE_FLAGS -DSIM_MARKED_POINTS=1
	-fno-inline -fno-optimize-sibling-calls
	"SHELL:-include ${PROJECT_SOURCE_DIR}/cmake/above_anchor.h")
set(SVMSIM_ABOVE_PLAIN 1)
if(SVMSIM_SANITIZE)
	# A null pointer that is followed is for the simulator to report.
	list(APPEND SVMSIM_ABOVE_FLAGS -fno-sanitize=null)
endif()
if(NOT SVMSIM_SANITIZE AND NOT SVMSIM_COVERAGE)
	set(SVMSIM_ABOVE_PLAIN 0)
	list(APPEND SVMSIM_ABOVE_FLAGS -fsanitize=thread -DSIM_INSTRUMENTED=1)
	if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
		# As gcc does: the read of what is written next is an access, too.
		list(APPEND SVMSIM_ABOVE_FLAGS "SHELL:-mllvm -tsan-distinguish-volatile=1"
			"SHELL:-mllvm -tsan-instrument-read-before-write=1")
	else()
		# Accesses stay in the functions that they are written in: reports name them.
		list(APPEND SVMSIM_ABOVE_FLAGS --param=tsan-distinguish-volatile=1
			--param=tsan-instrument-func-entry-exit=1 -fno-ipa-sra -fno-ipa-cp
			-fno-ipa-pure-const -fno-ipa-icf)
	endif()
endif()

# svmsim_above(NAME [LAYER] SOURCES file.c ... [USES layer ...]): an object library above_NAME. Whoever
# needs it refers to `const char *const sim_above_NAME[]`, which ends with NULL, to have all of it
# taken from an archive. With LAYER it is part of the layer NAME, declared after it.
function(svmsim_above name)
	cmake_parse_arguments(ABOVE "LAYER" "" "SOURCES;USES" ${ARGN})
	set(table ${CMAKE_CURRENT_BINARY_DIR}/${name}_anchors.c)
	set(declared "")
	set(entries "")
	foreach(source ${ABOVE_SOURCES})
		get_filename_component(stem ${source} NAME_WE)
		set(anchor sim_above_${name}_${stem})
		set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS
			SIM_ABOVE_ANCHOR=${anchor})
		string(APPEND declared "extern const char ${anchor};\n")
		string(APPEND entries "\t&${anchor},\n")
	endforeach()
	file(CONFIGURE OUTPUT ${table} @ONLY CONTENT
"/* Written by cmake/above.cmake. */
@declared@
extern const char *const sim_above_@name@[];
const char *const sim_above_@name@[] = {
@entries@	(const char *)0,
};
")
	set_property(SOURCE ${table} PROPERTY COMPILE_DEFINITIONS
		SIM_ABOVE_ANCHOR=sim_above_${name}__anchors)
	add_library(above_${name} OBJECT ${ABOVE_SOURCES} ${table})
	target_compile_options(above_${name} PRIVATE ${SVMSIM_ABOVE_FLAGS})
	foreach(layer ${ABOVE_USES})
		target_link_libraries(above_${name} PRIVATE layer_${layer})
	endforeach()
	set(launcher ${PROJECT_SOURCE_DIR}/cmake/above-compile ${CMAKE_OBJCOPY}
		${SVMSIM_ABOVE_PLAIN} ${CMAKE_C_COMPILER_LAUNCHER})
	set_target_properties(above_${name} PROPERTIES C_COMPILER_LAUNCHER "${launcher}")
	if(ABOVE_LAYER)
		set_property(GLOBAL APPEND PROPERTY SVMSIM_LAYER_OBJECTS $<TARGET_OBJECTS:above_${name}>)
	endif()
endfunction()

# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Two kinds of source files, never mixed. Kernel-side files see the compiler's own headers and our
# include/linux; host-side files see the C library and include/svmsim. A directory named linux/ on
# a host-side search path would shadow headers that the C library itself includes.

execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=include
	OUTPUT_VARIABLE SVMSIM_CC_INCLUDE OUTPUT_STRIP_TRAILING_WHITESPACE)

set(SVMSIM_COMMON_FLAGS
	-Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wvla
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
	-fno-omit-frame-pointer -fno-common)
if(SVMSIM_WERROR)
	list(APPEND SVMSIM_COMMON_FLAGS -Werror)
endif()
if(SVMSIM_SANITIZE)
	list(APPEND SVMSIM_COMMON_FLAGS -fsanitize=address,undefined -fno-sanitize-recover=undefined)
	add_link_options(-fsanitize=address,undefined)
	add_compile_definitions(SVMSIM_ASAN=1)
endif()
if(SVMSIM_FUZZ)
	list(APPEND SVMSIM_COMMON_FLAGS -fsanitize=fuzzer-no-link)
endif()
if(SVMSIM_COVERAGE)
	list(APPEND SVMSIM_COMMON_FLAGS --coverage)
	add_link_options(--coverage)
endif()

set(SVMSIM_KERNEL_FLAGS ${SVMSIM_COMMON_FLAGS}
	-ffreestanding -nostdinc -isystem ${SVMSIM_CC_INCLUDE}
	-include ${PROJECT_SOURCE_DIR}/include/linux/kconfig.h
	-fno-strict-aliasing -fwrapv -D__KERNEL__
	-I${PROJECT_SOURCE_DIR}/include)
if(CMAKE_C_COMPILER_ID STREQUAL GNU)
	# A task that waits lies on its own stack in the list of whom it waits for; it takes itself out
	# before it returns, which gcc can't see. The kernel turns this warning off, too.
	list(APPEND SVMSIM_KERNEL_FLAGS -Wno-dangling-pointer)
endif()
if(CMAKE_C_COMPILER_ID STREQUAL Clang)
	# struct dev_pagemap ends with an array and is a member of drivers' structures, as in the kernel.
	list(APPEND SVMSIM_KERNEL_FLAGS -Wno-gnu-variable-sized-type-not-at-end)
endif()
if(SVMSIM_SANITIZE)
	# list_for_each_entry() forms the address of an entry that would hold the list's head, as it
	# does in the kernel; for struct page, which is aligned to 16 bytes, that address is odd.
	# llist_for_each_entry() ends on the address of an entry whose node is NULL.
	list(APPEND SVMSIM_KERNEL_FLAGS -fno-sanitize=alignment,pointer-overflow)
endif()
# Host-side code reaches include/svmsim through a directory that holds nothing else.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/inc/api)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include/svmsim ${CMAKE_BINARY_DIR}/inc/api/svmsim SYMBOLIC)
set(SVMSIM_HOST_FLAGS ${SVMSIM_COMMON_FLAGS} -D_GNU_SOURCE -I${CMAKE_BINARY_DIR}/inc/api)

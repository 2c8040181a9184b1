# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What includes <drm/...>: gpusvm, pagemap, the drivers above them. With SVMSIM_KERNEL_TREE these two
# are the files of that kernel tree, unedited, with their own three headers; every other header is
# ours. Headers of a tree change the layout of structures, so whatever includes them is built with it.
set(SVMSIM_KERNEL_TREE "" CACHE PATH
	"Kernel tree whose drm_gpusvm.c, drm_pagemap.c and drm_pagemap_util.c are built in")

set(SVMSIM_TREE_SOURCES "")
if(SVMSIM_KERNEL_TREE)
	get_filename_component(tree ${SVMSIM_KERNEL_TREE} ABSOLUTE BASE_DIR ${CMAKE_BINARY_DIR})
	set(SVMSIM_TREE_INCLUDE ${CMAKE_BINARY_DIR}/inc/tree)
	file(REMOVE_RECURSE ${SVMSIM_TREE_INCLUDE})
	file(MAKE_DIRECTORY ${SVMSIM_TREE_INCLUDE}/drm)
	foreach(stem drm_gpusvm drm_pagemap drm_pagemap_util)
		set(source ${tree}/drivers/gpu/drm/${stem}.c)
		set(header ${tree}/include/drm/${stem}.h)
		foreach(file ${source} ${header})
			if(NOT EXISTS ${file})
				message(FATAL_ERROR "SVMSIM_KERNEL_TREE: there is no ${file}; "
					"the directory must be the top of a kernel tree with the API of v7.0")
			endif()
		endforeach()
		list(APPEND SVMSIM_TREE_SOURCES ${source})
		# Nothing but the three: what lies beside them in the tree must not be found.
		file(CREATE_LINK ${header} ${SVMSIM_TREE_INCLUDE}/drm/${stem}.h SYMBOLIC)
	endforeach()
endif()

# svmsim_above() for what includes <drm/...>.
function(svmsim_above_drm name)
	svmsim_above(${name} ${ARGN})
	if(SVMSIM_KERNEL_TREE)
		target_include_directories(above_${name} BEFORE PRIVATE ${SVMSIM_TREE_INCLUDE})
	endif()
endfunction()

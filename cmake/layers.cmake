# SPDX-License-Identifier: GPL-2.0-only OR MIT
# One target per layer. A layer's headers are reached as "NAME/file.h" through a directory that
# only its users get, so an include that points upward finds no file; a shared object of the layer
# and all below it, linked with no undefined symbol allowed, does the same for calls.

define_property(GLOBAL PROPERTY SVMSIM_LAYER_OBJECTS BRIEF_DOCS "objects of all layers so far")

function(svmsim_layer name)
	cmake_parse_arguments(LAYER "" "" "KERNEL;HOST;USES" ${ARGN})
	file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/inc/${name})
	file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_BINARY_DIR}/inc/${name}/${name} SYMBOLIC)
	add_library(layer_${name} INTERFACE)
	target_include_directories(layer_${name} INTERFACE ${CMAKE_BINARY_DIR}/inc/${name})
	foreach(lower ${LAYER_USES})
		target_link_libraries(layer_${name} INTERFACE layer_${lower})
	endforeach()

	if(LAYER_KERNEL)
		add_library(kernel_${name} OBJECT ${LAYER_KERNEL})
		target_compile_options(kernel_${name} PRIVATE ${SVMSIM_KERNEL_FLAGS})
		target_link_libraries(kernel_${name} PRIVATE layer_${name})
		set_property(GLOBAL APPEND PROPERTY SVMSIM_LAYER_OBJECTS $<TARGET_OBJECTS:kernel_${name}>)
	endif()
	if(LAYER_HOST)
		add_library(host_${name} OBJECT ${LAYER_HOST})
		target_compile_options(host_${name} PRIVATE ${SVMSIM_HOST_FLAGS})
		target_link_libraries(host_${name} PRIVATE layer_${name} svmsim_host_deps)
		set_property(GLOBAL APPEND PROPERTY SVMSIM_LAYER_OBJECTS $<TARGET_OBJECTS:host_${name}>)
	endif()

	if(NOT SVMSIM_SANITIZE AND NOT SVMSIM_COVERAGE)
		get_property(objects GLOBAL PROPERTY SVMSIM_LAYER_OBJECTS)
		add_library(linkcheck_${name} MODULE ${objects})
		target_link_libraries(linkcheck_${name} PRIVATE svmsim_host_deps)
		target_link_options(linkcheck_${name} PRIVATE -Wl,-z,defs)
		set_target_properties(linkcheck_${name} PROPERTIES LINKER_LANGUAGE C
			LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/linkcheck)
	endif()
endfunction()

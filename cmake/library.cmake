# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The library, static and shared, from the objects of every layer.
get_property(SVMSIM_OBJECTS GLOBAL PROPERTY SVMSIM_LAYER_OBJECTS)

add_library(svmsim_static STATIC ${SVMSIM_OBJECTS})
set_target_properties(svmsim_static PROPERTIES OUTPUT_NAME svmsim LINKER_LANGUAGE C)
target_link_libraries(svmsim_static PUBLIC svmsim_host_deps)

add_library(svmsim_shared SHARED ${SVMSIM_OBJECTS})
set_target_properties(svmsim_shared PROPERTIES OUTPUT_NAME svmsim LINKER_LANGUAGE C
	VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
target_link_libraries(svmsim_shared PRIVATE svmsim_host_deps)

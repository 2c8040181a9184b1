# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The library, static and shared, from the objects of every layer; and how it is installed.
get_property(SVMSIM_OBJECTS GLOBAL PROPERTY SVMSIM_LAYER_OBJECTS)

add_library(svmsim_static STATIC ${SVMSIM_OBJECTS})
set_target_properties(svmsim_static PROPERTIES OUTPUT_NAME svmsim LINKER_LANGUAGE C)
target_link_libraries(svmsim_static PUBLIC $<BUILD_INTERFACE:svmsim_host_deps>)

add_library(svmsim_shared SHARED ${SVMSIM_OBJECTS})
# Bounds that the linker gives to sections are nobody else's either.
target_link_options(svmsim_shared PRIVATE
	-Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map)
set_target_properties(svmsim_shared PROPERTIES OUTPUT_NAME svmsim LINKER_LANGUAGE C
	EXPORT_NAME svmsim
	VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
target_link_libraries(svmsim_shared PRIVATE $<BUILD_INTERFACE:svmsim_host_deps>)
foreach(library svmsim_static svmsim_shared)
	target_include_directories(${library} INTERFACE
		$<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/inc/api>
		$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()

include(CMakePackageConfigHelpers)
set(SVMSIM_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/svmsim)
install(TARGETS svmsim_shared svmsim_static EXPORT svmsim-targets)
install(EXPORT svmsim-targets NAMESPACE svmsim:: DESTINATION ${SVMSIM_CMAKE_DIR})
install(DIRECTORY include/svmsim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
configure_package_config_file(cmake/svmsim-config.cmake.in svmsim-config.cmake
	INSTALL_DESTINATION ${SVMSIM_CMAKE_DIR})
write_basic_package_version_file(svmsim-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/svmsim-config.cmake
	${CMAKE_CURRENT_BINARY_DIR}/svmsim-config-version.cmake DESTINATION ${SVMSIM_CMAKE_DIR})
file(RELATIVE_PATH SVMSIM_PC_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
configure_file(cmake/svmsim.pc.in svmsim.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/svmsim.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What the library needs of the host. README.md says why each.
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBDW REQUIRED IMPORTED_TARGET libdw)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
find_library(NUMA_LIBRARY numa REQUIRED)
find_path(NUMA_INCLUDE_DIR numa.h REQUIRED)

add_library(svmsim_host_deps INTERFACE)
target_include_directories(svmsim_host_deps INTERFACE ${NUMA_INCLUDE_DIR})
target_link_libraries(svmsim_host_deps INTERFACE ${NUMA_LIBRARY} PkgConfig::LIBDW PkgConfig::JANSSON)

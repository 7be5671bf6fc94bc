# Toolchain: builds for 64-bit ARM by Debian's cross compiler, against a sysroot that packaging/make-sysroot made. Preset arm64.
# Programs of the build so made run here by qemu-user, so that tests do.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(GRAMDEX_SYSROOT ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot-arm64 CACHE PATH "what packaging/make-sysroot made")
get_filename_component(CMAKE_SYSROOT ${GRAMDEX_SYSROOT} ABSOLUTE)
if(NOT EXISTS ${CMAKE_SYSROOT}/packages)
  message(FATAL_ERROR "${CMAKE_SYSROOT} is no sysroot. To make it: packaging/make-sysroot arm64 ${CMAKE_SYSROOT}")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES GRAMDEX_SYSROOT)

# What runs is this machine's; what is compiled and linked with is the sysroot's.
set(CMAKE_FIND_ROOT_PATH ${CMAKE_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)

find_program(GRAMDEX_QEMU NAMES qemu-aarch64 qemu-aarch64-static DOC "runs the target's programs here")
if(GRAMDEX_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${GRAMDEX_QEMU} -L ${CMAKE_SYSROOT})
endif()

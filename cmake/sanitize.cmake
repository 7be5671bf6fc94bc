# What a build with a sanitizer is compiled and linked with. Tests start the program thousands of times, so a start is kept small.
if(NOT GRAMDEX_SANITIZE)
  return()
endif()
add_compile_options(-fsanitize=${GRAMDEX_SANITIZE} -fno-omit-frame-pointer)
add_link_options(-fsanitize=${GRAMDEX_SANITIZE})
if(GRAMDEX_SANITIZE MATCHES undefined)
  add_compile_options(-fno-sanitize-recover=undefined)
endif()

if(NOT GRAMDEX_FUZZ)
  # Tests run as fast as with -O2 -g, which take twice as long to compile; a report shows names and lines, for which -g1 is enough.
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")
  if(GRAMDEX_SANITIZE MATCHES undefined)
    # A sum of a pointer that wraps is undefined when nothing is read there, too. More than half of all checks are of this kind, and
    # the address sanitizer sees what is read, so they are left to the fuzzers, which try far more input.
    add_compile_options(-fno-sanitize=pointer-overflow)
  endif()
  # The default linker needs half as long again.
  include(CheckLinkerFlag)
  check_linker_flag(C -fuse-ld=gold GRAMDEX_HAS_GOLD)
  if(GRAMDEX_HAS_GOLD)
    add_link_options(-fuse-ld=gold)
  endif()
endif()

if(GRAMDEX_SANITIZE MATCHES address)
  # A start is mostly pages that the loader moves addresses in: a fixed place has none. So have the sanitizers' own libraries, whose
  # memory the search for leaks at the end reads, too (clang links them so by itself).
  add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
  if(CMAKE_C_COMPILER_ID STREQUAL GNU)
    add_link_options(-static-libasan -static-libubsan)
  endif()
endif()

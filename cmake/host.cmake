# gdx_host_program(name SOURCES file... [LIBRARIES target...] [INCLUDES folder...])
# A program that the build runs, or a test does: it makes C files of data, or watches a test. In a cross build it is that of a second
# build of this tree, for this machine, in build/<preset>/host; so is the gramdex that makes the man pages (GRAMDEX_HOST_BUILD). What
# these need of libraries is this machine's.
function(gdx_host_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;INCLUDES" ${ARGN})
  if(CMAKE_CROSSCOMPILING)
    file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
    gdx_import_from_host(${name} ${folder}/${name})
  else()
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES})
    target_include_directories(${name} PRIVATE ${ARG_INCLUDES})
  endif()
endfunction()
if(NOT CMAKE_CROSSCOMPILING)
  return()
endif()

set(GRAMDEX_HOST_BUILD ${CMAKE_BINARY_DIR}/host)
set(host_programs indexer/postings/make_codes indexer/text/make_tables indexer/tokens/make_builtin rpc/page/page_embed)
if(GRAMDEX_TESTS)
  list(APPEND host_programs tests/alone)
endif()

function(gdx_import_from_host name file)
  if(NOT file IN_LIST host_programs)
    message(FATAL_ERROR "${file} is not in the list of programs that the build for this machine makes: add it to cmake/host.cmake")
  endif()
  add_executable(${name} IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${GRAMDEX_HOST_BUILD}/${file})
  add_dependencies(${name} host)
endfunction()

include(ExternalProject)
list(TRANSFORM host_programs PREPEND ${GRAMDEX_HOST_BUILD}/ OUTPUT_VARIABLE host_files)
list(TRANSFORM host_programs REPLACE ".*/" "" OUTPUT_VARIABLE host_targets)
ExternalProject_Add(host
  SOURCE_DIR ${CMAKE_SOURCE_DIR}
  BINARY_DIR ${GRAMDEX_HOST_BUILD}
  PREFIX ${CMAKE_BINARY_DIR}/host-steps
  CMAKE_CACHE_ARGS -DCMAKE_BUILD_TYPE:STRING=Release -DGRAMDEX_TESTS:BOOL=${GRAMDEX_TESTS} -DGRAMDEX_BENCH:BOOL=OFF
    -DGRAMDEX_PAGE:STRING=OFF -DGRAMDEX_REFERENCE:STRING=OFF -DGRAMDEX_WERROR:BOOL=${GRAMDEX_WERROR}
  BUILD_COMMAND ${CMAKE_COMMAND} --build ${GRAMDEX_HOST_BUILD} --target ${host_targets}
  BUILD_ALWAYS ON
  BUILD_BYPRODUCTS ${host_files}
  INSTALL_COMMAND "")
# The whole program is a step of its own, for nothing but the man pages waits for it.
add_custom_target(host_program
  COMMAND ${CMAKE_COMMAND} --build ${GRAMDEX_HOST_BUILD} --target gramdex gramdex-sandbox gramdex-mail
  BYPRODUCTS ${GRAMDEX_HOST_BUILD}/cli/gramdex)
add_dependencies(host_program host)

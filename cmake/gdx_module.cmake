# gdx_module(name SOURCES file... [USES module...] [LIBRARIES target...])
# One folder, one static library. Its promise is include/gdx/<name>.h; it sees only the promises of the modules it
# names under USES, because they are linked PRIVATE: an include against the direction of the data does not compile.
function(gdx_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(gdx_${name} STATIC ${ARG_SOURCES})
  target_include_directories(gdx_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(gdx_${name} PRIVATE gdx_${used})
  endforeach()
  target_link_libraries(gdx_${name} PRIVATE ${ARG_LIBRARIES})
endfunction()

# gdx_libexec(name SOURCES file... [USES module...] [LIBRARIES target...])
# A program that gramdex starts and people do not: in build/<preset>/libexec/gramdex beside build/<preset>/cli/gramdex,
# as /usr/libexec/gramdex is beside /usr/bin/gramdex.
set(GRAMDEX_LIBEXEC ${CMAKE_BINARY_DIR}/libexec/gramdex)
function(gdx_libexec name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(${name} PRIVATE gdx_${used})
  endforeach()
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${GRAMDEX_LIBEXEC})
endfunction()

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

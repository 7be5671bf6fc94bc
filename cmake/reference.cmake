# The API reference, pages for a browser: packaging/make-reference, beside the documents that are installed.
set(GRAMDEX_REFERENCE AUTO CACHE STRING "the API reference: ON, OFF, or AUTO: if doxygen and Python's protobuf are there")
set_property(CACHE GRAMDEX_REFERENCE PROPERTY STRINGS AUTO ON OFF)
if(NOT GRAMDEX_REFERENCE)
  return()
endif()
find_program(DOXYGEN doxygen DOC "makes the API reference")
execute_process(COMMAND /usr/bin/python3 -c "import google.protobuf" RESULT_VARIABLE no_python_protobuf ERROR_QUIET)
if(NOT DOXYGEN OR no_python_protobuf)
  if(GRAMDEX_REFERENCE STREQUAL AUTO)
    message(STATUS "The API reference is left out: doxygen or python3-protobuf is missing")
    return()
  endif()
  message(FATAL_ERROR "GRAMDEX_REFERENCE=ON: doxygen or python3-protobuf is missing (packages: section [test-package])")
endif()

set(reference ${CMAKE_BINARY_DIR}/reference)
file(GLOB protos CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/gramdex/v1/*.proto)
add_custom_command(OUTPUT ${reference}/index.html
  COMMAND ${CMAKE_SOURCE_DIR}/packaging/make-reference ${DOXYGEN} ${reference} ${GRAMDEX_HEADERS}
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/make-reference ${GRAMDEX_HEADERS} ${protos}
  COMMENT "API reference" VERBATIM)
add_custom_target(reference ALL DEPENDS ${reference}/index.html)
install(DIRECTORY ${reference}/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/reference)

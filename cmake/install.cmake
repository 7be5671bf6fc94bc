# What `cmake --install` puts where: the program with its converters, man pages, completions, units, protos, documents.
include(GNUInstallDirs)

install(TARGETS gramdex RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS gramdex-sandbox gramdex-mail RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/gramdex)
install(PROGRAMS ${GRAMDEX_LIBEXEC}/gramdex-ocr DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/gramdex)

# Man pages and completions are made by the program itself; in a cross build, by that for this machine (host.cmake).
find_program(LOWDOWN lowdown DOC "makes gramdex-query(7) of docs/query-language.md")
set(program $<TARGET_FILE:gramdex>)
if(GRAMDEX_SANITIZE)
  set(program) # nothing that is installed
elseif(CMAKE_CROSSCOMPILING)
  set(program ${GRAMDEX_HOST_BUILD}/cli/gramdex)
endif()
if(program AND NOT LOWDOWN)
  message(STATUS "lowdown is missing: gramdex-query(7) is not made")
endif()
if(program)
  set(manual ${CMAKE_BINARY_DIR}/manual)
  add_custom_command(OUTPUT ${manual}/man1/gramdex.1
    COMMAND ${CMAKE_SOURCE_DIR}/packaging/make-manual ${program} ${manual} $<$<BOOL:${LOWDOWN}>:${LOWDOWN}>
    DEPENDS ${program} ${CMAKE_SOURCE_DIR}/packaging/make-manual ${CMAKE_SOURCE_DIR}/docs/query-language.md
    COMMENT "man pages and completions" COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_target(manual ALL DEPENDS ${manual}/man1/gramdex.1)
  install(DIRECTORY ${manual}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(DIRECTORY ${manual}/man7 DESTINATION ${CMAKE_INSTALL_MANDIR} FILES_MATCHING PATTERN "*.7")
  install(FILES ${manual}/completions/bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME gramdex)
  install(FILES ${manual}/completions/zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _gramdex)
  install(FILES ${manual}/completions/fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d RENAME gramdex.fish)
endif()

# The units name /usr/bin/gramdex; installed, they name the program where it is.
foreach(unit gramdex.service gramdex-index.service)
  install(CODE "
    file(READ ${CMAKE_SOURCE_DIR}/packaging/systemd/${unit} text)
    string(REPLACE /usr/bin/gramdex \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/gramdex text \"\${text}\")
    file(WRITE ${CMAKE_BINARY_DIR}/systemd/${unit} \"\${text}\")")
endforeach()
install(FILES ${CMAKE_BINARY_DIR}/systemd/gramdex.service ${CMAKE_BINARY_DIR}/systemd/gramdex-index.service
  packaging/systemd/gramdex.socket packaging/systemd/gramdex-index.timer DESTINATION lib/systemd/system)
install(FILES packaging/systemd/sysusers.conf DESTINATION lib/sysusers.d RENAME gramdex.conf)
install(FILES packaging/systemd/tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME gramdex.conf)

install(DIRECTORY proto/gramdex DESTINATION ${CMAKE_INSTALL_DATADIR}/gramdex/proto FILES_MATCHING PATTERN "*.proto")
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Which tests a cross build runs, by qemu-user, and how. qemu-user runs one program of the other processor and hands its system calls to
# this kernel; so what is left out below has its reason there. In a native build all of this is nothing.

# The program, for tests that start it by name: emulated, a script that does. What the program itself starts is not.
set(GRAMDEX_PROGRAM $<TARGET_FILE:gramdex>)
if(CMAKE_CROSSCOMPILING)
  set(GRAMDEX_PROGRAM ${CMAKE_BINARY_DIR}/emulated/gramdex)
  list(JOIN CMAKE_CROSSCOMPILING_EMULATOR " " emulator)
  file(CONFIGURE OUTPUT ${GRAMDEX_PROGRAM} CONTENT "#!/bin/sh\nexec ${emulator} ${CMAKE_BINARY_DIR}/cli/gramdex \"$@\"\n")
  file(CHMOD ${GRAMDEX_PROGRAM} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endif()

# Parts that ask a server, a browser, a scheduler or what is installed; ./check --quick leaves them out, too, or they say nothing of a
# processor.
set(parts_not_emulated abuse bench clients crash docs install interop page schedulers serve soak)
# The kernel cannot start a program for the other processor: a converter, which has a sandbox of seccomp besides, or a client's server.
set(not_emulated_programs convert_convert convert_faults convert_sandbox test_cli_convert test_client test_findings test_mail test_mails)
# qemu-user's own memory counts with that of what it runs, and it cannot load it within a small address space.
set(not_emulated_limits test_cgroup test_cli_bad_input test_cli_limits)

# Many minutes each when emulated, and what they ask, whether a failed call or a damaged byte ends in an error and whether a server says what
# the library says, does not depend on the processor.
set(not_emulated_long fault_damage fault_failures segment_damage segment_faults segment_merge test_served test_leaves)

# gdx_is_emulated(out name part command...): of commands, test programs and the scripts of tests/cross; other scripts judge pages,
# data or this machine's program.
function(gdx_is_emulated out name part)
  set(${out} OFF PARENT_SCOPE)
  if(part IN_LIST parts_not_emulated OR name IN_LIST not_emulated_programs OR name IN_LIST not_emulated_limits OR
     name IN_LIST not_emulated_long)
    return()
  endif()
  if(part STREQUAL cross OR "${ARGN}" MATCHES "^[^;]*qemu")
    set(${out} ON PARENT_SCOPE)
  endif()
endfunction()

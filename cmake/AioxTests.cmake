# SPDX-License-Identifier: MIT
#
# The ways in which a test meets the library. Every test is a process and an entry in ctest of its
# own.

include(GoogleTest)
find_package(GTest REQUIRED)

set(AIOX_TEST_LAYERS aiox_sys aiox_request aiox_io aiox_notify aiox_engine)

if(AIOX_SANITIZE)
  set(AIOX_TEST_SLOWNESS 4)
else()
  set(AIOX_TEST_SLOWNESS 1)
endif()

# What tests share, as "support/...". A member of this archive is linked in only where it is used;
# so it may hold the gate, that is a back-end whose I/O ends when the test says so, with the wiring
# that puts it in.
file(GLOB support_sources CONFIGURE_DEPENDS support/*.cpp support/*.h)
add_library(aiox_test_support STATIC ${support_sources})
target_include_directories(
  aiox_test_support PUBLIC ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(
  aiox_test_support
  PUBLIC aiox_variant GTest::gtest
  PRIVATE aiox_warnings aiox_abi)

# aiox_add_tests(<folder> AGAINST <layers|gate|library|renamed> LABEL <label> TIMEOUT <seconds>)
#
# Makes one program of the folder's sources.
#   layers   The layers below abi are linked in.
#   gate     All layers are linked in, but not our wiring: the gate's takes its place.
#   library  The real libaiox.so is linked ahead of libc, as a program would do it.
#   renamed  libaiox.a is linked in, calling what the folder's renamed_calls.txt says in place of libc.
function(aiox_add_tests folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "AGAINST;LABEL;TIMEOUT" "")
  set(program ${folder}_tests)
  _aiox_add_program(${program} ${folder} ${arg_AGAINST} /fuzz\\.cpp)
  target_link_libraries(${program} PRIVATE GTest::gtest_main)

  math(EXPR timeout "${arg_TIMEOUT} * ${AIOX_TEST_SLOWNESS}")
  gtest_discover_tests(
    ${program} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
    PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${timeout})
endfunction()

# aiox_add_fuzzer(<folder> AGAINST <layers|gate|library> RUNS <number>)
#
# Makes libFuzzer's program of the folder's sources, without its tests. The entry in ctest only
# shows that it runs.
function(aiox_add_fuzzer folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "AGAINST;RUNS" "")
  set(program ${folder}_fuzzer)
  _aiox_add_program(${program} ${folder} ${arg_AGAINST} _test\\.cpp)
  target_link_options(${program} PRIVATE -fsanitize=fuzzer)
  add_test(NAME Fuzzer.${folder} COMMAND ${program} -runs=${arg_RUNS})
  set_tests_properties(Fuzzer.${folder} PROPERTIES LABELS ${folder} TIMEOUT 300)
endfunction()

# The program of the folder's sources but those that match the expression.
function(_aiox_add_program program folder against but)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp ${folder}/*.h)
  list(FILTER sources EXCLUDE REGEX ${but})
  add_executable(${program} ${sources})
  target_link_libraries(${program} PRIVATE aiox_warnings)
  if(against STREQUAL "library")
    target_link_libraries(${program} PRIVATE aiox)
    if(AIOX_SANITIZE MATCHES thread)
      target_sources(${program} PRIVATE sanitizers/close_calls.cpp)
    endif()
  elseif(against STREQUAL "renamed")
    _aiox_rename_calls(${program} ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/renamed_calls.txt)
  elseif(against STREQUAL "gate")
    target_link_libraries(${program} PRIVATE ${AIOX_TEST_LAYERS} aiox_abi)
  else()
    target_link_libraries(${program} PRIVATE ${AIOX_TEST_LAYERS})
  endif()
  target_link_libraries(${program} PRIVATE aiox_test_support)
endfunction()

function(_aiox_rename_calls program renamed_calls)
  set(archive ${CMAKE_CURRENT_BINARY_DIR}/${program}_library.a)
  add_custom_command(
    OUTPUT ${archive}
    COMMAND ${CMAKE_OBJCOPY} --redefine-syms=${renamed_calls} $<TARGET_FILE:aiox_static> ${archive}
    DEPENDS aiox_static ${renamed_calls}
    COMMENT "Renaming what libaiox.a calls"
    VERBATIM)
  target_sources(${program} PRIVATE ${archive})
  target_link_libraries(${program} PRIVATE ${archive})
endfunction()

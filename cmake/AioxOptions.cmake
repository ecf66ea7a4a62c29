# SPDX-License-Identifier: MIT
#
# What can be chosen, and the flags that follow from it. Two interface targets carry them:
#   aiox_warnings  what the compiler shall complain about
#   aiox_variant   which variant is built: asserts, sanitizers, coverage

option(AIOX_ASSERTS "Check the library's invariants at run time" OFF)
option(AIOX_WERROR "Make warnings errors, with the compilers that we keep free of them" OFF)
option(AIOX_COVERAGE "Record which lines run, with clang" OFF)
option(AIOX_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
set(AIOX_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Later compilers bring warnings, true and false ones, that shall not stop anybody's build.
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15))
  set(werror $<$<BOOL:${AIOX_WERROR}>:-Werror>)
endif()

add_library(aiox_warnings INTERFACE)
target_compile_options(
  aiox_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
            $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
            ${werror})

add_library(aiox_variant INTERFACE)
target_compile_definitions(aiox_variant INTERFACE $<$<BOOL:${AIOX_ASSERTS}>:AIOX_ASSERTS=1>)
if(AIOX_SANITIZE)
  target_compile_options(
    aiox_variant INTERFACE -fsanitize=${AIOX_SANITIZE} -fno-sanitize-recover=all
                           -fno-omit-frame-pointer)
  target_link_options(aiox_variant INTERFACE -fsanitize=${AIOX_SANITIZE})
endif()
if(AIOX_COVERAGE)
  target_compile_options(aiox_variant INTERFACE -fprofile-instr-generate -fcoverage-mapping
                                                -fprofile-update=atomic)
  target_link_options(aiox_variant INTERFACE -fprofile-instr-generate)
endif()

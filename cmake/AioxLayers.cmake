# SPDX-License-Identifier: MIT
#
# src/ is built of layers: each folder is an object library of its own, and its include path holds
# only itself and the layers below it. A wrong include does not compile.
#
# src/ itself is on no include path. Each layer gets a folder in the build tree instead that holds
# nothing but a link to it, so that "engine/lane.h" is found by those who may see it and by nobody
# else.

find_package(Boost REQUIRED)

# aiox_add_layer(<name> [DEPENDS <layer>...])
#
# Builds the sources of the current folder's <name> as the object library aiox_<name>. It sees the
# layers it depends on, and through them all that stand below.
function(aiox_add_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS")
  set(view ${PROJECT_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${name} ${view}/${name} SYMBOLIC)

  file(GLOB sources CONFIGURE_DEPENDS ${name}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${view}/${name}/*.h)
  list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/abi/wiring.cpp)
  _aiox_add_objects(aiox_${name} ${sources})
  target_sources(aiox_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${view} FILES ${headers})
  list(TRANSFORM arg_DEPENDS PREPEND aiox_)
  target_link_libraries(aiox_${name} PUBLIC ${arg_DEPENDS})

  # Debuggers and coverage shall name the file, not the link to it. And the layers have no type
  # information that a derived class could refer to: who sees a layer is built without it too.
  target_compile_options(
    aiox_${name} PUBLIC -ffile-prefix-map=${view}/=${CMAKE_CURRENT_SOURCE_DIR}/
                        $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
endfunction()

# aiox_add_wiring(<source>): the object library aiox_wiring, which chooses the concrete parts. It
# belongs to no layer, so that tests can wire the same layers to parts of their own.
function(aiox_add_wiring source)
  _aiox_add_objects(aiox_wiring ${source})
  target_link_libraries(aiox_wiring PRIVATE aiox_abi)
endfunction()

function(_aiox_add_objects target)
  add_library(${target} OBJECT ${ARGN})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX CXX_VISIBILITY_PRESET hidden
                                             VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(
    ${target} PRIVATE -fno-exceptions -fno-threadsafe-statics -fasynchronous-unwind-tables
                      -ftls-model=initial-exec
                      $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>) # such names cannot be made local
  target_link_libraries(${target} PRIVATE aiox_warnings PUBLIC aiox_variant)
endfunction()

# SPDX-License-Identifier: MIT
#
# The two libraries, made of the same objects and with the same names in them.

# aiox_add_libraries(OBJECTS <object library>... VERSION_MAP <file>)
#
#   aiox         libaiox.so, which takes its place before libc by LD_PRELOAD or by -laiox
#   aiox_static  libaiox.a, one relocatable object in which all but the promised names are local
#   aiox_redirect  for libraries and plugins: aiox, and its calls by <aiox/aio.h>
function(aiox_add_libraries)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "VERSION_MAP" "OBJECTS")
  cmake_path(ABSOLUTE_PATH arg_VERSION_MAP)
  set(public_headers $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                     $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

  add_library(aiox SHARED)
  set_target_properties(
    aiox
    PROPERTIES VERSION ${PROJECT_VERSION}
               SOVERSION ${PROJECT_VERSION_MAJOR}
               LINKER_LANGUAGE CXX
               LINK_DEPENDS ${arg_VERSION_MAP}
               LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  target_include_directories(aiox INTERFACE ${public_headers})
  target_link_libraries(aiox PRIVATE ${arg_OBJECTS})
  target_link_options(
    aiox
    PRIVATE
    -static-libstdc++
    -static-libgcc
    LINKER:--as-needed
    LINKER:-z,now,-z,nodelete
    LINKER:--version-script=${arg_VERSION_MAP})
  if(NOT AIOX_SANITIZE) # a sanitizer's own functions are in the program
    target_link_options(aiox PRIVATE LINKER:-z,defs)
  endif()

  _aiox_relocatable_object(${PROJECT_BINARY_DIR}/aiox.o "${arg_OBJECTS}" ${arg_VERSION_MAP})
  add_library(aiox_static STATIC ${PROJECT_BINARY_DIR}/aiox.o)
  set_target_properties(
    aiox_static PROPERTIES OUTPUT_NAME aiox LINKER_LANGUAGE C
                           ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  target_include_directories(aiox_static INTERFACE ${public_headers})

  add_library(aiox_redirect INTERFACE)
  set_target_properties(aiox_redirect PROPERTIES EXPORT_NAME redirect)
  target_link_libraries(aiox_redirect INTERFACE aiox)
  target_compile_options(
    aiox_redirect INTERFACE "$<$<COMPILE_LANGUAGE:C,CXX>:SHELL:-include aiox/aio.h>")
endfunction()

# Links the objects into one and makes every name local that the version map does not promise. A
# program with C++ of its own, another Boost in it, then meets none of ours.
function(_aiox_relocatable_object output object_libraries version_map)
  _aiox_promised_names(names ${version_map})
  set(names_file ${PROJECT_BINARY_DIR}/promised-names)
  list(JOIN names "\n" names)
  file(CONFIGURE OUTPUT ${names_file} CONTENT "${names}\n")

  foreach(library IN LISTS object_libraries)
    list(APPEND objects $<TARGET_OBJECTS:${library}>)
  endforeach()
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_CXX_COMPILER} -r -nostdlib -Wl,--force-group-allocation -o ${output} ${objects}
    COMMAND ${CMAKE_OBJCOPY} --keep-global-symbols=${names_file} ${output}
    DEPENDS ${objects} ${names_file}
    COMMENT "Linking the relocatable object aiox.o"
    COMMAND_EXPAND_LISTS VERBATIM)
endfunction()

# The names between "global:" and "local:" of a version map.
function(_aiox_promised_names result version_map)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${version_map})
  file(STRINGS ${version_map} names REGEX "^ +[a-z_0-9]+;$")
  string(REGEX REPLACE "[ ;]+" ";" names "${names}")
  list(REMOVE_ITEM names "")
  set(${result} ${names} PARENT_SCOPE)
endfunction()

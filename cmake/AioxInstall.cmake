# SPDX-License-Identifier: MIT

include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/aiox)

install(TARGETS aiox aiox_static aiox_redirect EXPORT aiox)
install(EXPORT aiox NAMESPACE aiox:: FILE aioxConfig.cmake DESTINATION ${package_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/aioxConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/aioxConfigVersion.cmake DESTINATION ${package_dir})

# Relative to where aiox.pc stands, so that --prefix may change when it is installed.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(prefix /prefix)
cmake_path(RELATIVE_PATH prefix BASE_DIRECTORY /prefix/${pkgconfig_dir}
           OUTPUT_VARIABLE AIOX_PREFIX_FROM_PKGCONFIG)
configure_file(pkg-config/aiox.pc.in aiox.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/aiox.pc DESTINATION ${pkgconfig_dir})

install(DIRECTORY include/aiox DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man7 FILES_MATCHING PATTERN *.7)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

/* SPDX-License-Identifier: MIT
 *
 * Opens the plugin named by its argument, and lets it make the round.
 */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char** argv) {
  void* plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  int (*calls)(void) = NULL;
  if (plugin != NULL) *(void**)&calls = dlsym(plugin, "calls");
  if (calls == NULL) {
    fprintf(stderr, "no plugin: %s\n", dlerror());
    return 1;
  }
  return calls();
}

/* SPDX-License-Identifier: MIT
 *
 * For those tests of the Open POSIX Test Suite that have no main(): what they ask is answered when
 * they compile.
 */
__attribute__((weak)) int main(void) { return 0; }

/* SPDX-License-Identifier: MIT
 *
 * The least that a library can be which takes close() over: what that alone costs.
 */
int __close(int fildes); /* libc's own, as aiox calls it */
int close(int fildes);

int close(int fildes) { return __close(fildes); }

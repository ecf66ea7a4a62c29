/* SPDX-License-Identifier: MIT
 *
 * A plugin that knows nothing of aiox.
 */
#include <aio.h>

int plugin_read(struct aiocb* block);

int plugin_read(struct aiocb* block) { return aio_read(block); }

/* SPDX-License-Identifier: MIT */
#include "calls.h"

int main(void) { return calls(); }

import type { Reloading } from '../core/run/reload.ts'
import { startChild } from './start-child.ts'
import { watchFiles } from './watch-files.ts'

/** For a program, such as `bin/drover.js`, and its arguments. */
export function createReloading(program: string, argv: readonly string[]): Reloading {
  return {
    start: (order, stdin, onFile) => startChild(order, { program, argv, stdin, onFile }),
    watch: watchFiles,
  }
}

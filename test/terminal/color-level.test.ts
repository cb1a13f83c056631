import { expect, test } from 'vitest'
import { decideColorLevel } from '../../src/terminal/color-level.ts'
import type { ColorMode } from '../../src/terminal/terminal.ts'

const xterm = { TERM: 'xterm-256color' }

test.each<[ColorMode, boolean, Record<string, string>, number]>([
  ['auto', true, { TERM: 'xterm' }, 1],
  ['auto', true, xterm, 2],
  ['auto', true, { ...xterm, COLORTERM: 'truecolor' }, 3],
  ['auto', true, {}, 1],
  ['auto', true, { TERM: 'dumb' }, 0],
  ['auto', true, { ...xterm, NO_COLOR: '1' }, 0],
  ['auto', true, { ...xterm, NO_COLOR: '' }, 2],
  ['auto', false, xterm, 0],
  ['auto', false, { ...xterm, FORCE_COLOR: '' }, 2],
  ['auto', false, { ...xterm, FORCE_COLOR: 'true' }, 2],
  ['auto', false, { ...xterm, FORCE_COLOR: '1' }, 1],
  ['auto', false, { FORCE_COLOR: '3' }, 3],
  ['auto', true, { ...xterm, FORCE_COLOR: '0' }, 0],
  ['auto', true, { ...xterm, FORCE_COLOR: 'false' }, 0],
  ['auto', true, { ...xterm, FORCE_COLOR: '1', NO_COLOR: '1' }, 1],
  ['auto', false, { ...xterm, CLICOLOR_FORCE: '1' }, 2],
  ['auto', false, { CLICOLOR_FORCE: '1', NO_COLOR: '1' }, 1],
  ['auto', false, { ...xterm, CLICOLOR_FORCE: '0' }, 0],
  ['auto', false, { ...xterm, CLICOLOR_FORCE: '' }, 0],
  ['auto', true, { ...xterm, CLICOLOR: '0' }, 0],
  ['auto', true, { ...xterm, CLICOLOR_FORCE: '1', FORCE_COLOR: '0' }, 0],
  ['never', true, { ...xterm, CLICOLOR_FORCE: '1' }, 0],
  ['always', false, {}, 1],
  ['always', false, xterm, 2],
  ['always', false, { ...xterm, NO_COLOR: '1' }, 2],
  ['always', true, { TERM: 'dumb' }, 1],
  ['always', true, { FORCE_COLOR: '0' }, 1],
  ['never', true, xterm, 0],
  ['never', true, { ...xterm, FORCE_COLOR: '3' }, 0],
])('--color %s, terminal %s, %j: level %i', (mode, isTerminal, env, level) => {
  expect(decideColorLevel({ mode, isTerminal, env })).toBe(level)
})

import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeDroverScript } from '../support/drover-process.ts'
import { exampleWorkflows } from '../support/example-store.ts'
import { seedPlatform } from '../support/seed-platform.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { hasTmux, openTmux } from '../support/tmux.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

/** Shells that somebody types into, each with its own files left out, and what loads the script there. */
const shells = {
  bash: { start: 'bash --norc --noprofile', load: 'source <(drover completion bash); echo loaded-$((6*7))' },
  zsh: {
    start: 'zsh -f',
    load: 'autoload -Uz compinit; compinit -D; source <(drover completion zsh); echo loaded-$((6*7))',
  },
  fish: {
    start: 'fish --no-config --private',
    load: 'set fish_autosuggestion_enabled 0; drover completion fish | source; echo loaded-(math 42)',
  },
} as const

/** What is typed before Tab, and what stands there then. */
const completions: readonly (readonly [typed: string, completed: string])[] = [
  ['drover appr', 'drover approve'],
  ['drover resum', 'drover resume'],
  ['drover queues pau', 'drover queues pause'],
  ['drover list --count', 'drover list --count-by'],
  ['drover list --count-by sta', 'drover list --count-by status'],
  ['drover get answ', 'drover get answered'],
  ['drover watch runn', 'drover watch running'],
  ['drover list --name order', 'drover list --name orderWorkflow'],
  ['drover queues drain mai', 'drover queues drain mails'],
  ['drover schedules pause nig', 'drover schedules pause nightly'],
]

const [tab, enter, eraseLine] = ['\t', '\r', '\x15']

let place: Workplace
let env: Record<string, string>
beforeAll(async () => {
  place = await createWorkplace()
  for (const workflow of exampleWorkflows)
    await seedWorkflow(place.database, { ...workflow, createdAt: new Date() })
  await seedPlatform(place.database)
  await writeDroverScript(place.home)
  env = {
    ...place.env,
    PATH: `${place.home}:/usr/bin:/bin`,
    HOME: place.home,
    DROVER_HOME: place.home,
    DROVER_COMPLETION_TIMEOUT: '10m',
    TERM: 'xterm',
  }
})
afterAll(() => place.remove())

describe.each(Object.entries(shells))('typed into %s', (shell, { start, load }) => {
  const isThere = hasTmux && spawnSync(shell, ['--version']).status === 0
  test.skipIf(!isThere)('ten lines are completed by Tab', async () => {
    const window = openTmux(`cd "$HOME" && exec ${start}`, { columns: 120, rows: 50, env })
    const line = () => window.visible().at(-1) ?? ''
    const type = async (keys: string, seen: RegExp) => {
      window.type(keys)
      await waitUntil(`${shell} shows ${seen}`, () => seen.test(line())).catch((cause) => {
        throw new Error(window.visible().join('\n'), { cause })
      })
    }
    await waitUntil('it has a prompt', () => /[%$>#]$/.test(line()))
    window.type(load + enter)
    await waitUntil('the script is loaded', () => window.visible().some((text) => text === 'loaded-42'))
    const wrong: string[] = []
    for (const [typed, completed] of completions) {
      await type(typed, new RegExp(`[%$>#] ${typed}$`))
      window.type(tab)
      await waitUntil(`${typed} is completed`, () => line().trimEnd().endsWith(completed)).catch(() =>
        wrong.push(`${typed}: ${line()}`),
      )
      await type(eraseLine, /[%$>#]$/)
    }
    expect(wrong).toEqual([])
  })
})

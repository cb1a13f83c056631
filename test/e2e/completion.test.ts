import { execFileSync, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeDroverScript } from '../support/drover-process.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

let place: Workplace
let env: Record<string, string>
beforeAll(async () => {
  place = await createWorkplace()
  await seedWorkflow(place.database, { workflowId: 'order:17', name: 'orderWorkflow' })
  await writeDroverScript(place.home)
  env = {
    ...place.env,
    PATH: `${place.home}:/usr/bin:/bin`,
    HOME: place.home,
    DROVER_HOME: place.home,
    DROVER_COMPLETION_TIMEOUT: '1m',
  }
})
afterAll(() => place.remove())

const hasShell = (shell: string) => spawnSync(shell, ['--version']).status === 0
const run = (shell: string, ...args: string[]) =>
  execFileSync(shell, args, { env, cwd: place.home, encoding: 'utf8' })

/** What each shell makes of a line with the cursor at its end. */
const shells = {
  bash: (line: string) =>
    run(
      'bash',
      '-c',
      `source <(drover completion bash); COMP_LINE="$1"; COMP_POINT=\${#1}; _drover; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      line,
    ),
  fish: (line: string) => run('fish', '-c', 'drover completion fish | source; complete -C "$argv[1]"', line),
}

describe.each(Object.entries(shells))('%s', (shell, complete) => {
  test.skipIf(!hasShell(shell))('completes commands, flags and ids', () => {
    const values = (line: string) =>
      complete(line)
        .split('\n')
        .filter((found) => found !== '')
        .map((found) => found.split('\t')[0])
    expect(values('drover appr')).toEqual(['approve'])
    expect(values('drover list --count-by st')).toEqual(['status'])
    // bash replaces what stands behind the colon.
    expect(values('drover get order:1')).toEqual([shell === 'bash' ? '17' : 'order:17'])
    expect(values('drover get order:17 $(touch created)')).toEqual([])
    expect(run('sh', '-c', 'ls')).not.toContain('created')
  })
})

test.skipIf(!hasShell('zsh'))('zsh reads its script', () => {
  expect(
    run(
      'zsh',
      '-c',
      'autoload -Uz compinit; compinit -u; source <(drover completion zsh); whence -w _drover',
    ),
  ).toBe('_drover: function\n')
})

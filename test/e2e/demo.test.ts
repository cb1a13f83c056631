import { afterAll, beforeAll, expect, test } from 'vitest'
import { droverBin, runDrover } from '../support/drover-process.ts'
import { startInPty } from '../support/pty-session.ts'
import { createReadyHome, holdOpen } from '../support/ready-home.ts'
import { stopAndRemoveHome } from '../support/throw-away-home.ts'

let home: string
beforeAll(async () => {
  home = await createReadyHome()
  // How it comes and goes is tested elsewhere.
  await holdOpen(home)
})
afterAll(() => stopAndRemoveHome(home))

const startDemo = (...args: string[]) =>
  startInPty(process.execPath, [droverBin, 'demo', ...args], {
    cwd: home,
    env: { DROVER_HOME: home, CI: 'false' },
  })

test('off a terminal the tour answers by itself, loses nothing in a crash, and ends with a table', async () => {
  const { code, stdout } = await runDrover(['demo'], { home })
  expect(code).toBe(0)
  for (const part of ['1/4', '2/4', '3/4', '4/4']) expect(stdout).toContain(part)
  expect(stdout).toContain('20 of 20 published')
  const counted = (pattern: RegExp) => (pattern.exec(stdout)?.slice(1) ?? []).map(Number)
  expect(counted(/The (\d+) that it counted in memory are gone, the (\d+) results/)).toEqual([8, 8])
  expect(counted(/In memory the workers counted from (\d+) to (\d+), then from (\d+) to (\d+);/)).toEqual([
    0, 8, 0, 12,
  ])
  expect(stdout).toContain('the database counts 20 results.')
  expect(stdout).toMatch(
    /^Attempts: 2 for the workflow(; 2 for tasks? [\d, ]+; 1 for the other \d+ tasks|; 1 for all 20 tasks)\.$/m,
  )
  const table = stdout.split('\n').filter((line) => /^demo-\S+\tSUCCESS\t/.test(line))
  const results = table.map((line) =>
    line
      .split('\t')
      .slice(0, 1)
      .concat(line.split('\t').at(-1) ?? '')
      .join(' '),
  )
  expect(results.join('\n').replaceAll(/-[0-9a-f]{6}/g, '')).toMatch(
    /^demo-events .*\ndemo-approved .*"approved".*\ndemo-rejected .*"rejected".*\ndemo-timed-out .*"timed-out".*\ndemo-stream .*\ndemo-resume .*"published":20/,
  )
  expect(stdout.trimEnd().split('\n').at(-2)).toBe('$ drover run WORKFLOW --app ./src/workflows.ts')
  const list = await runDrover(['list', '--limit', '50', '-o', 'ids'], { home })
  expect(list.code).toBe(0)
  expect(list.stdout).toContain('demo-events-')
})

test('on a terminal the approval waits for a key', async () => {
  const session = startDemo('approval')
  await session.waitFor('○ reject')
  session.type('\r')
  expect(await session.exitCode).toBe(0)
  expect(session.screen.text().join('\n')).toMatch(/decision:\s+"approved"/)
})

test('it goes on when somebody answers in another terminal', async () => {
  const session = startDemo('approval')
  await session.waitFor('○ reject')
  const id = /demo-approval-[0-9a-f]{6}/.exec(session.screen.text().join('\n'))?.[0] ?? ''
  const rejected = await runDrover(['reject', id, '--comment', 'not today', '--as', 'bob'], { home })
  expect(rejected).toMatchObject({ code: 0, stderr: `${id}#1 rejected by bob.\n` })
  expect(await session.exitCode).toBe(0)
  expect(session.screen.text().join('\n')).toMatch(/decision:\s+"rejected"/)
})

test('leaving it says how to answer later', async () => {
  const session = startDemo('approval')
  await session.waitFor('○ reject')
  session.type('\x03')
  expect(await session.exitCode).toBe(130)
  expect(session.screen.text().join('\n')).toContain('still waits for an answer')
})

test('a crash is told of the workers of this demo alone, also beside another one', async () => {
  const other = startDemo('approval')
  await other.waitFor('○ reject')
  const { code, stdout } = await runDrover(['demo', 'resume'], { home })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^20 of 20 published \(8 \+ 12\); nothing was lost\.$/m)
  expect(stdout).toContain('In memory the workers counted from 0 to 8, then from 0 to 12;')
  const { stdout: versions } = await runDrover(['versions', '-o', 'ids'], { home })
  expect(versions.split('\n')[0]).toBe('drover-demo@dev')
  other.type('\x03')
  expect(await other.exitCode).toBe(130)
})

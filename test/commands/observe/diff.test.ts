import { expect, test } from 'vitest'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

const store = () =>
  createFakeStore([
    {
      workflowId: 'order',
      status: 'ERROR',
      did: [
        { step: 'charge', output: 3 },
        { step: 'ship', error: { name: 'E', message: 'no address' } },
      ],
    },
    {
      workflowId: 'copy',
      status: 'SUCCESS',
      did: [{ step: 'charge', output: 3 }, { step: 'ship', output: 'sent' }, { step: 'notify' }],
    },
  ])

test('diff shows where two runs differ, side by side', async () => {
  const shown = await runCli('diff order copy', { store: store(), isTerminal: true })
  expect(shown.stdout).toMatchInlineSnapshot(`
    "STEP     LEFT                   RIGHT
       1  ≠  ship: ✗ E: no address  ship: sent
       2  >                         notify
    "
  `)
  expect(shown.stderr).toBe('1 of 3 steps are the same; left is ERROR, right is SUCCESS.\n')
  const all = await runCli('diff order copy --all -o jsonl', { store: store() })
  const differences = all.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).difference)
  expect(differences).toEqual(['same', 'result', 'only-right'])
})

test('two runs that are the same say so, and an unknown one is not found', async () => {
  const same = await runCli('diff order order', { store: store() })
  expect(same).toMatchObject({ code: 0, stdout: '' })
  expect(same.stderr).toContain('order and order recorded the same 2 steps.')
  expect((await runCli('diff order nobody', { store: store() })).code).toBe(4)
})

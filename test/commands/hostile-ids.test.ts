import { expect, test } from 'vitest'
import { createFakeStore } from '../support/fake-store.ts'
import { hostileWords } from '../support/hostile-words.ts'
import { runCli } from '../support/run-cli.ts'
import { typeIntoShell } from '../support/shell-words.ts'

const asks = (topic: string) => [
  { event: `awaiting:${topic}`, value: { prompt: `Is it ${topic}?` } },
  { recv: topic },
]

test('a decision that is fed by the waits of one topic decides none on another, whatever workflows are called', async () => {
  const store = createFakeStore([
    { workflowId: 'payout-999', did: asks('payout') },
    { workflowId: 'x\npayout-999#1\ny', did: asks('refund') },
    { workflowId: 'payout-999#1', did: asks('refund') },
    { workflowId: 'payout-999#01', did: asks('refund') },
    { workflowId: '-refund', did: asks('refund') },
    { workflowId: 'refund-1', did: asks('refund') },
  ])
  const inbox = await runCli('inbox --topic refund -o ids', { store })
  expect(inbox.stderr).toContain('1 id with a line break left out')
  const { stderr } = await runCli('approve - --as ann', { store, stdin: inbox.stdout })
  expect(stderr).toContain('refund-1#1 approved by ann')
  expect(stderr).not.toContain('Is it payout')
  expect((await store.waits(['payout-999'])).map(({ state }) => state)).toEqual(['waiting'])
  for (const id of ['payout-999#1', 'payout-999#01', '-refund', 'refund-1'])
    expect((await store.waits([id])).filter(({ state }) => state === 'waiting')).toEqual([])
})

/** As its owner would, somebody pastes every command that is told of a workflow. */
async function pastedOf(id: string, name: string) {
  const store = createFakeStore(
    [
      { workflowId: id, name, application: name, version: name, queue: name, status: 'ENQUEUED' },
      { workflowId: `${id}2`, name, application: name, version: name, status: 'ERROR' },
      { workflowId: `${id}3`, name, application: name, did: asks(name) },
    ],
    { own: false },
  )
  const told: string[] = []
  for (const one of [id, `${id}2`, `${id}3`]) {
    const { stdout } = await runCli(['explain', '-o', 'json', '--', one], { store })
    told.push(...JSON.parse(stdout).fix.map(({ command }: { command: string }) => command))
  }
  const { stdout } = await runCli(['doctor', '-o', 'json'], { store })
  told.push(
    ...JSON.parse(stdout).flatMap(({ fix }: { fix: string | null }) =>
      fix?.startsWith('drover ') ? [fix] : [],
    ),
  )
  return told
}

test('the commands of explain and doctor, also in their JSON, run what they say and nothing else', async () => {
  const told: string[] = []
  for (const word of hostileWords.filter((word) => !['', '-', '@last'].includes(word)))
    told.push(...(await pastedOf(word, word)))
  const calls = typeIntoShell(told)
  expect(told.length).toBeGreaterThan(hostileWords.length * 3)
  const wrong = calls.flatMap((run, index) =>
    run.length > 0 && run.every(([first = '']) => /^[a-z]+$/.test(first)) ? [] : [[told[index], run]],
  )
  expect(wrong).toEqual([])
})

test('nothing of a cause acts on the terminal, with DEBUG=drover and as a bug', async () => {
  const hostile = 'denied\x1b]52;c;ZXZpbA==\x07\x1b[31mRED\n::error::injected\u202e'
  for (const failure of [new Error(hostile), new Error('x', { cause: hostile })]) {
    const { code, stderr } = await runCli('list', { failure, env: { DEBUG: 'drover' } })
    expect(code).toBe(70)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is looked for
    expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
    expect(stderr).toContain('denied␛]52')
  }
})

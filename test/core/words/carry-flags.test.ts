import { expect, test } from 'vitest'
import { commandGroups } from '../../../src/commands/index.ts'
import { carryFlags, commandsOnDatabase } from '../../../src/core/words/carry-flags.ts'

const carry = (text: string) => carryFlags(text, ['--database', "'my shop'", '--schema', 'flows'])
const place = "--database 'my shop' --schema flows"

test.each([
  ['drover list', `drover list ${place}`],
  [
    'hint: drover config   # which database this is',
    `hint: drover config ${place}   # which database this is`,
  ],
  [
    "drover cancel 'a; b' && drover start 'it'\\''s' --input '[1, 2]'",
    `drover cancel 'a; b' ${place} && drover start 'it'\\''s' --input '[1, 2]' ${place}`,
  ],
  ['to come back: drover stream a b --follow', `to come back: drover stream a b --follow ${place}`],
  ['2 left alone (drover inbox).', `2 left alone (drover inbox ${place}).`],
  ['the first\ndrover get a', `the first\ndrover get a ${place}`],
  [
    'drover recover --to-version 2   # when it is enqueued; or drover worker --app a.js',
    `drover recover --to-version 2 ${place}   # when it is enqueued; or drover worker --app a.js ${place}`,
  ],
])('the commands in %j carry the words that name the database', (text, carried) => {
  expect(carry(text)).toBe(carried)
  expect(carry(carried)).toBe(carried)
})

test('what a command says itself is not said again', () => {
  expect(carry('drover list --schema other')).toBe("drover list --schema other --database 'my shop'")
})

test.each([
  'drover queues has set, create, delete',
  'Waiting for another drover process that sets up shop.',
  "npm start   # the application's own start: drover worker-like",
  'drover db stop --force',
  'drover demo',
  'npx dbos schema',
  'drover runs 5.0 and later.',
])('%j has no command that looks at a database', (text) => {
  expect(carry(text)).toBe(text)
})

test('every command looks at a database, but for those of the embedded one and the demo', () => {
  const names = commandGroups.flatMap(({ commands }) => commands.map(({ name }) => name))
  const others = ['demo', 'db', 'completion']
  expect(commandsOnDatabase.toSorted()).toEqual(names.filter((name) => !others.includes(name)).toSorted())
})

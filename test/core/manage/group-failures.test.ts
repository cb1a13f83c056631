import { expect, test } from 'vitest'
import { groupFailures, maskNumbers } from '../../../src/core/manage/group-failures.ts'

test.each([
  ['image 40 is corrupt: bad JPEG marker 0xff', 'image N is corrupt: bad JPEG marker 0xff'],
  ['order-7 took 1.5 of 12:30:00', 'order-N took N of N'],
  ['no 128372c1-9aca-4bbb-8ccc-1234567890ab here', 'no ID here'],
  ['object 507f1f77bcf86cd799439011', 'object ID'],
  ['HTTP2 and v8 stay', 'HTTP2 and v8 stay'],
])('%s', (text, masked) => {
  expect(maskNumbers(text)).toBe(masked)
})

test('the same sentence of two workflows is two groups, the most frequent first', () => {
  const failure = (workflowId: string, name: string, message: string) => ({
    ...{ workflowId, name },
    error: { name: 'TypeError', message },
  })
  expect(
    groupFailures([
      failure('a', 'mail', 'no 1\n  at x'),
      failure('b', 'ship', 'no 2'),
      failure('c', 'ship', 'no 3\n  at y'),
      { workflowId: 'd', name: 'ship', error: null },
    ]),
  ).toEqual([
    { value: 'TypeError: no N', name: 'ship', count: 2, example: 'b' },
    { value: '(no error)', name: 'ship', count: 1, example: 'd' },
    { value: 'TypeError: no N', name: 'mail', count: 1, example: 'a' },
  ])
})

import path from 'node:path'
import { expect, test } from 'vitest'
import { readReference, toManPage, toMarkdown } from '../support/reference.ts'

const repository = path.join(import.meta.dirname, '../..')

test('docs/reference.md and the man page say what the program says', async () => {
  const reference = await readReference()
  await expect(toMarkdown(reference)).toMatchFileSnapshot(path.join(repository, 'docs/reference.md'))
  await expect(toManPage(reference)).toMatchFileSnapshot(path.join(repository, 'man/drover.1'))
})

test('no line of the man page is a request that was not meant', async () => {
  const lines = toManPage(await readReference()).split('\n')
  const requests = lines.filter((line) => /^[.']/.test(line)).map((line) => line.split(' ')[0])
  expect([...new Set(requests)].sort()).toEqual(['.B', '.PP', '.SH', '.SS', '.TH', '.TP', '.fi', '.nf'])
})

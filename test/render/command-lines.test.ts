import { expect, test } from 'vitest'
import { command, renderCommand } from '../../src/core/words/command-line.ts'
import { commandBlock } from '../../src/render/command-lines.ts'

const long = command('approve', ['018f3a9c-1111-4222-8333-0123456789ab-3-0#42'], { '--comment': 'as agreed' })

test.each([20, 30, 40, 48, 60, 80])('in %i cells a command is what a shell puts together again', (width) => {
  const lines = commandBlock(long, { width }, [12, 2, 0])
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
  const typed = lines.join('\n').replaceAll('\\\n', '').replaceAll(/ +/g, ' ').trim()
  expect(typed).toBe(renderCommand(long))
})

test('it stands behind the first margin that leaves it in one line', () => {
  const short = command('recover', ['order-17'])
  expect(commandBlock(short, { width: 80 }, [12, 2, 0])).toEqual(['            drover recover order-17'])
  expect(commandBlock(short, { width: 30 }, [12, 2, 0])).toEqual(['  drover recover order-17'])
})

import stringWidth from 'string-width'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { droverBin } from '../support/drover-process.ts'
import { minutesAgo } from '../support/family.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { hasTmux, openTmux } from '../support/tmux.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
})
afterAll(() => place.remove())

/** No higher than before: tmux then brings back what has left its screen at the top, where nobody can erase it. */
const sizes = [
  [40, 24],
  [25, 24],
  [100, 24],
  [34, 24],
  [90, 24],
  [60, 12],
] as const

const open = (command: string) =>
  openTmux(`"${process.execPath}" "${droverBin}" ${command}; echo "code $?"; read line`, {
    columns: 90,
    rows: 24,
    env: { HOME: place.home, DROVER_HOME: place.home, NO_COLOR: '1', ...place.env },
  })

/** tmux wraps and scrolls what stands there before the program is told of the size. */
test.skipIf(!hasTmux)(
  'whatever the size becomes while it is drawn, a picture stands there once and whole, and ends so',
  async () => {
    await seedWorkflow(place.database, {
      workflowId: 'wide',
      name: 'orderWorkflow',
      // Nothing in the picture changes by itself for half an hour: what is drawn is drawn for the size.
      createdAt: minutesAgo(3 * 24 * 60 + 30),
      did: [
        { step: 'charge the customer whose name is long', output: 1 },
        { event: 'awaiting:legal', value: { prompt: 'Ship it to the customer whose name is long?' } },
        { recv: 'legal', timeoutSeconds: 30 * 86_400 },
      ],
    })
    const window = open('watch wide')
    const isWhole = (columns: number, rows: number, last: RegExp) => {
      const lines = window.visible()
      const heads = lines.filter((text) => /orderW(?!orkflow ended)/.test(text))
      const fits = lines.length <= rows && lines.every((text) => stringWidth(text) <= columns)
      return fits && heads.length === 1 && heads[0] === lines[0] && lines.some((text) => last.test(text))
    }
    const drawn = async (columns: number, rows: number, last = /approve/) => {
      try {
        await waitUntil(`it is drawn for ${columns} columns`, () => isWhole(columns, rows, last))
      } catch (cause) {
        throw new Error(window.visible().join('\n'), { cause })
      }
    }
    await drawn(90, 24, /stuck/)
    await drawn(90, 24)
    for (const [columns, rows] of sizes) {
      window.resize(columns, rows)
      await drawn(columns, rows)
    }
    await place.database.query(
      `update dbos.workflow_status set status = 'CANCELLED', completed_at = created_at + 1000, updated_at = created_at + 1000 where workflow_uuid = 'wide'`,
    )
    await drawn(60, 12, /^code 6$/)
    expect(window.visible().join('\n')).toContain('CANCELLED')
  },
)

import type { DroverProcess } from './drover-process.ts'
import { waitUntil } from './wait-until.ts'

/** The address of a `drover serve` once it is ready; rejects with what it said when it ended before. */
export async function untilServing(served: DroverProcess): Promise<string> {
  let isOver = false
  void served.ended.then(() => {
    isOver = true
  })
  const find = () => /Ready on (http:\S+?),/.exec(served.stderr())?.[1]
  await waitUntil('the gateway is ready', () => isOver || find() !== undefined)
  const url = find()
  if (url === undefined) throw new Error(served.stderr())
  return url
}

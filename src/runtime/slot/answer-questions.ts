import type pg from 'pg'
import { isAnswerChannel, questionChannel } from '../../core/dbos-names.ts'
import type { LaunchOptions } from '../../core/run/runtime.ts'
import type { SlotStatements } from './slot-statements.ts'

/** Whoever asks more than that at once is not answered: it may be many hundred pages. */
const mostWaiting = 20

/** Answers whoever asks with what `pages` gives, if it gives any, for as long as this connection lasts. */
export async function answerQuestions(
  client: pg.Client,
  statements: SlotStatements,
  pages: () => readonly string[],
  onLog: LaunchOptions['onLog'],
): Promise<void> {
  let waiting = 0
  client.on('notification', ({ channel, payload = '' }) => {
    const answer = pages()
    if (channel !== questionChannel || !isAnswerChannel(payload)) return
    if (answer.length === 0 || waiting >= mostWaiting) return
    waiting++
    statements
      .run('select pg_notify($1, page) from unnest($2::text[]) as page', [payload, answer])
      .catch((error: unknown) => onLog('debug', `a question was not answered: ${String(error)}`))
      .finally(() => waiting--)
  })
  await statements.run(`listen ${questionChannel}`)
}

import type { Context } from '../context.ts'
import type { WorkflowFilter } from '../core/manage/workflow-filter.ts'
import type { Store } from '../core/store.ts'
import { toList } from '../core/words/any-of.ts'
import { phrase, renderArguments } from '../core/words/command-line.ts'
import { nearest } from '../core/words/nearest.ts'
import { printNotice } from './print-notice.ts'

const knownNames = 1000

/** Where a filter found nothing: the name or the queue that was probably meant. */
export async function suggestFilter(context: Context, store: Store, filter: WorkflowFilter): Promise<void> {
  const suggest = (flag: `--${string}`, typed: readonly string[], known: readonly string[]) => {
    for (const one of typed.filter((name) => !known.includes(name))) {
      const meant = nearest(one, known)
      if (meant !== undefined)
        printNotice(context, phrase`hint: did you mean ${renderArguments([], { [flag]: meant })}?`)
    }
  }
  const names = toList(filter.name) ?? []
  if (names.length > 0) suggest('--name', names, await store.knownNames(knownNames))
  const queues = toList(filter.queue) ?? []
  if (queues.length > 0)
    suggest(
      '--queue',
      queues,
      (await store.queues()).map(({ name }) => name),
    )
}

import type { Context } from '../../../context.ts'
import { groupedFailures, groupFailures } from '../../../core/manage/group-failures.ts'
import type { CountableField, CountedField } from '../../../core/manage/manage.ts'
import type { WorkflowFilter } from '../../../core/manage/workflow-filter.ts'
import type { Store } from '../../../core/store.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import { typedFilters } from '../../../frame/filter-options.ts'
import { printRows } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { suggestFilter } from '../../../frame/suggest-filter.ts'
import { failureColumns } from '../../../render/columns/list-columns.ts'
import { countColumns } from '../../../render/columns/workflow-columns.ts'
import { type ListFlags, noneIn } from './listing.ts'

export async function printCounts(
  context: Context,
  store: Store,
  flags: ListFlags,
  filter: WorkflowFilter,
  field: CountedField,
): Promise<void> {
  const isEmpty =
    field === 'error'
      ? await printFailures(context, store, flags, filter)
      : await printFields(context, store, flags, filter, field)
  if (isEmpty) await suggestFilter(context, store, filter)
}

async function printFields(
  context: Context,
  store: Store,
  flags: ListFlags,
  filter: WorkflowFilter,
  field: CountableField,
): Promise<boolean> {
  const rows = await store.countBy(filter, field)
  await printRows(context, flags, {
    rows,
    columns: countColumns(field),
    toJson: ({ value, count }) => ({ value, count }),
    toId: ({ value }) => value ?? '',
    empty: noneIn(store, filter),
  })
  return rows.length === 0
}

async function printFailures(
  context: Context,
  store: Store,
  flags: ListFlags,
  filter: WorkflowFilter,
): Promise<boolean> {
  const { failures, stoppedAt } = await store.failures(filter, groupedFailures)
  const rows = groupFailures(failures)
  await printRows(context, flags, {
    rows,
    columns: failureColumns,
    toJson: ({ value, count, name, example }) => ({ value, count, name, example }),
    toId: ({ example }) => example,
    empty: `${noneIn(store, filter).slice(0, -1)} that failed.`,
  })
  if (stoppedAt) {
    const behind = { ...typedFilters(flags), '--until': stoppedAt.toISOString(), '--count-by': 'error' }
    const number = groupedFailures.toLocaleString('en')
    printNotice(
      context,
      phrase`The newest ${number} that failed were looked at; behind them: ${command('list', [], behind)}`,
    )
  }
  return rows.length === 0
}

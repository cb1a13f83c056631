import type { Context } from '../../../context.ts'
import type { TestCase } from '../../../core/testing/test-case.ts'
import { type OutputFlags, printRows } from '../../../frame/output-format.ts'
import type { Column } from '../../../render/table.ts'

const columns: readonly Column<TestCase>[] = [
  { title: 'CASE', value: ({ name }) => name, isText: true, minWidth: 10 },
  { title: 'WHERE', value: ({ file, line }) => `${file}:${line}` },
  {
    title: 'NEEDS',
    value: ({ needs }) => needs.map(({ name }) => name).join(', '),
    isText: true,
    optional: 1,
  },
]

/** What would run. */
export function printCases(context: Context, cases: readonly TestCase[], flags: OutputFlags): Promise<void> {
  return printRows(context, flags, {
    rows: cases,
    columns,
    toJson: ({ file, line, name, needs }) => ({ file, line, name, needs: needs.map((one) => one.name) }),
    toId: ({ name }) => name,
    empty: '',
  })
}

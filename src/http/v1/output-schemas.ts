import { toJsonSchema } from '@valibot/to-json-schema'
import { helpShape } from './help-shape.ts'
import { shapes } from './shapes.ts'

/** What `-o json` of these commands is made of; an array where it is a list. */
const shapeByCommand = {
  list: { shape: shapes.Row, isList: true },
  get: { shape: shapes.Workflow, isList: false },
  steps: { shape: shapes.Step, isList: true },
  messages: { shape: shapes.Message, isList: true },
  inbox: { shape: shapes.Wait, isList: true },
  wait: { shape: shapes.Met, isList: true },
  workers: { shape: shapes.Worker, isList: true },
  queues: { shape: shapes.Queue, isList: true },
  schedules: { shape: shapes.Schedule, isList: true },
  versions: { shape: shapes.Version, isList: true },
  stats: { shape: shapes.Stats, isList: false },
  help: { shape: helpShape, isList: false },
} as const

export type DescribedCommand = keyof typeof shapeByCommand

export const describedCommands = Object.keys(shapeByCommand) as readonly DescribedCommand[]

/** The JSON schema (draft 7) of what a command prints with `-o json`. */
export function outputSchema(command: DescribedCommand): object {
  const { shape, isList } = shapeByCommand[command]
  const { $schema, ...one } = toJsonSchema(shape, { typeMode: 'input', errorMode: 'ignore' })
  const head = { $schema, title: `drover ${command} -o json` }
  return isList ? { ...head, type: 'array', items: one } : { ...head, ...one }
}

import { toJsonSchema } from '@valibot/to-json-schema'
import { type ShapeName, shapes } from './shapes.ts'

/** What `-o json` of these commands is made of; an array where it is a list. */
const shapeByCommand = {
  list: { shape: 'Row', isList: true },
  get: { shape: 'Workflow', isList: false },
  steps: { shape: 'Step', isList: true },
  messages: { shape: 'Message', isList: true },
  inbox: { shape: 'Wait', isList: true },
  wait: { shape: 'Met', isList: true },
  workers: { shape: 'Worker', isList: true },
  queues: { shape: 'Queue', isList: true },
  schedules: { shape: 'Schedule', isList: true },
  versions: { shape: 'Version', isList: true },
} as const satisfies Record<string, { readonly shape: ShapeName; readonly isList: boolean }>

export type DescribedCommand = keyof typeof shapeByCommand

export const describedCommands = Object.keys(shapeByCommand) as readonly DescribedCommand[]

/** The JSON schema (draft 7) of what a command prints with `-o json`. */
export function outputSchema(command: DescribedCommand): object {
  const { shape, isList } = shapeByCommand[command]
  const { $schema, ...one } = toJsonSchema(shapes[shape], { typeMode: 'input', errorMode: 'ignore' })
  const head = { $schema, title: `drover ${command} -o json` }
  return isList ? { ...head, type: 'array', items: one } : { ...head, ...one }
}

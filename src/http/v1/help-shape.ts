import * as v from 'valibot'

const text = v.string()
const maybe = v.optional(text)
const flag = v.optional(v.boolean())
const choices = v.optional(v.array(text))

/** A word that stands on a command line without a flag. */
const argument = v.object({
  name: text,
  description: text,
  required: flag,
  repeatable: flag,
  choices,
})

const option = v.object({
  flag: text,
  short: maybe,
  description: text,
  type: v.picklist(['boolean', 'string', 'integer']),
  value: maybe,
  repeatable: flag,
  choices,
  default: v.optional(v.union([v.string(), v.number(), v.boolean()])),
  environment: maybe,
})

/** What `drover help --json` prints; what is not so, or not known, is left out. */
export const helpShape = v.object({
  version: text,
  options: v.array(option),
  commands: v.array(
    v.object({
      command: text,
      group: text,
      summary: text,
      description: text,
      usage: text,
      arguments: v.array(argument),
      options: v.array(option),
      prints: v.object({ formats: v.array(text), schema: maybe }),
      exitCodes: v.array(v.number()),
      examples: v.array(text),
      page: maybe,
    }),
  ),
  exitCodes: v.array(v.object({ code: v.number(), name: text, when: text })),
  environment: v.array(v.object({ name: text, meaning: text })),
})

export type Help = v.InferOutput<typeof helpShape>
export type HelpCommand = Help['commands'][number]
export type HelpOption = HelpCommand['options'][number]

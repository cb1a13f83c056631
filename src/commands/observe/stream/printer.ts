import type { Context } from '../../../context.ts'
import type { StreamText, StreamValue } from '../../../core/workflow.ts'
import type { OutputFormat } from '../../../frame/output-format.ts'
import { createStreamLines } from '../../../render/stream/stream-lines.ts'
import { streamValueLine } from '../../../render/stream/stream-value-line.ts'
import { createStyle } from '../../../render/style.ts'
import { escapeControlLines } from '../../../render/text.ts'
import { toJsonLine, toJsonText, toStreamValueJson } from '../../../render/to-json.ts'
import { formatField } from '../../../render/value.ts'

/** Prints stream values in the format that was asked for. */
export interface Printer {
  /** Resolves when the reader can take more. */
  take(values: readonly StreamValue[]): Promise<void>
  /** There where they are printed as they came. */
  readonly takeTexts?: (stream: StreamName) => (texts: readonly StreamText[]) => Promise<void>
  end(): Promise<void>
}

type StreamName = Pick<StreamValue, 'workflowId' | 'key'>

interface PrinterFlags {
  readonly output: OutputFormat
  readonly raw: boolean
  readonly rawString?: boolean
}

export function createPrinter(
  { terminal }: Context,
  { output, raw, rawString = false }: PrinterFlags,
  withKey: boolean,
): Printer {
  if (raw) return rawText(terminal)
  if (output === 'json') return jsonArray(terminal)
  if (output === 'jsonl') return jsonLines(terminal)
  const { stdout } = terminal
  const style = createStyle(stdout.colorLevel)
  const toLine = (value: StreamValue) =>
    streamValueLine(value, { style, withKey, isTerminal: stdout.isTerminal && !rawString })
  return {
    take: async (values) => {
      if (values.length > 0) await terminal.print(values.map(toLine).join('\n'))
    },
    end: async () => {},
  }
}

function jsonLines(terminal: Context['terminal']): Printer {
  return {
    take: async (values) => {
      for (const value of values) await terminal.print(toJsonLine(toStreamValueJson(value)))
    },
    takeTexts: (stream) => {
      const toLines = createStreamLines(stream)
      return async (texts) => {
        if (texts.length > 0) await terminal.printBytes(toLines(texts))
      }
    },
    end: async () => {},
  }
}

function jsonArray(terminal: Context['terminal']): Printer {
  const collected: StreamValue[] = []
  return {
    take: async (values) => {
      for (const value of values) collected.push(toStreamValueJson(value))
    },
    end: () => terminal.print(toJsonText(collected)),
  }
}

/** One half of a character, or what joins one with the next: a model's tokens may break there. */
const unfinishedEnd = /[\ud800-\udbff\u200d]+$/

/** Strings run on as they were written; anything else is a line. On a terminal they cannot act on it. */
function rawText({ stdout }: Context['terminal']): Printer {
  let isLineOpen = false
  let half = ''
  const write = async (text: string) => {
    if (text === '') return
    isLineOpen = !text.endsWith('\n')
    await stdout.write(stdout.isTerminal ? escapeControlLines(text).join('\n') : text)
  }
  return {
    take: async (values) => {
      const all = values
        .map(({ value }) => (typeof value === 'string' ? value : `${formatField(value)}\n`))
        .join('')
      const text = half + all
      half = unfinishedEnd.exec(text)?.[0] ?? ''
      await write(text.slice(0, text.length - half.length))
    },
    end: async () => {
      await write(half)
      if (isLineOpen && stdout.isTerminal) await stdout.write('\n')
    },
  }
}

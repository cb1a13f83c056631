import path from 'node:path'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { checkExpressions } from '../../../core/testing/check-expressions.ts'
import { readTestFile } from '../../../core/testing/read-test-file.ts'
import type { TestCase } from '../../../core/testing/test-case.ts'
import { command, type Phrase, phrase } from '../../../core/words/command-line.ts'

interface Named {
  readonly file: string
  readonly text: string
  /** Of the case that is meant; without it all of the file. */
  readonly line: number | undefined
}

/** The cases that are meant, with those that they need, in order. Throws `invalid-test-file`, and `no-case` where there is none. */
export async function readCases(
  context: Context,
  typed: readonly string[],
  filters: readonly string[],
): Promise<readonly TestCase[]> {
  if (typed.length === 0) {
    throw new CliError('usage', 'No file is named.', { hint: recordHint() })
  }
  const named: Named[] = []
  // Each is read once: what comes through a pipe is there only then.
  for (const one of typed) named.push(await findFile(context, one, named))
  const all: TestCase[] = []
  const chosen = new Set<TestCase>()
  for (const [file, text] of new Map(named.map((one) => [one.file, one.text]))) {
    const cases = readTestFile(text, file, context.env)
    await checkExpressions(cases)
    all.push(...cases)
    for (const { line } of named.filter((one) => one.file === file))
      for (const test of choose(cases, line, filters)) add(chosen, test)
  }
  if (chosen.size === 0) throw noCase(typed, all, filters)
  return all.filter((test) => chosen.has(test))
}

/** `smoke.yaml:12`, unless a file is called so. */
async function findFile(context: Context, typed: string, known: readonly Named[]): Promise<Named> {
  const read = async (file: string) =>
    known.find((one) => one.file === file)?.text ?? (await readText(context, file))
  const whole = await read(typed)
  if (whole !== undefined) return { file: typed, text: whole, line: undefined }
  const [, file, line] = /^(.+):(\d+)$/.exec(typed) ?? []
  const text = file === undefined ? undefined : await read(file)
  if (file !== undefined && text !== undefined) return { file, text, line: Number(line) }
  throw new CliError('invalid-argument', `There is no file ${file ?? typed}.`, {
    hint: recordHint(),
  })
}

function recordHint(): Phrase {
  return phrase`${command('test', [], { '--record': '@last' })}   # prints a case of the run you started last`
}

function readText({ cwd, readFile }: Context, file: string): Promise<string | undefined> {
  return readFile(path.resolve(cwd, file))
}

/** The last that begins at the line or above it; with filters those whose name contains one of them. */
function choose(
  cases: readonly TestCase[],
  line: number | undefined,
  filters: readonly string[],
): readonly TestCase[] {
  const at = line === undefined ? undefined : cases.findLast((test) => test.line <= line)?.line
  const texts = filters.map((text) => text.toLowerCase())
  return cases.filter(
    (test) =>
      (line === undefined || test.line === at) &&
      (texts.length === 0 || texts.some((text) => test.name.toLowerCase().includes(text))),
  )
}

function add(chosen: Set<TestCase>, test: TestCase): void {
  for (const needed of test.needs) add(chosen, needed)
  chosen.add(test)
}

function noCase(typed: readonly string[], all: readonly TestCase[], filters: readonly string[]): CliError {
  const [first] = all
  if (!first || filters.length === 0)
    return new CliError('no-case', `There is no case in ${typed.join(', ')}.`)
  const names = filters.map((text) => `"${text}"`).join(' or ')
  return new CliError('no-case', `No case in ${typed.join(', ')} has ${names} in its name.`, {
    hint: command('test', typed, { '--dry-run': true }),
  })
}

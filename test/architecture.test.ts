import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { commandGroups } from '../src/commands/index.ts'

const source = path.join(import.meta.dirname, '../src')

/** Who may import whom. Arrows point inward, to `core`; what is not listed is not allowed. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  terminal: ['core'],
  render: ['core', 'terminal'],
  /** The full screen, as pure functions; `frame/cockpit` reads and acts for it. */
  cockpit: ['core', 'render', 'terminal'],
  db: ['core'],
  /** A runtime writes to the tables of DBOS as a store does, on connections of the same kind. */
  runtime: ['core', 'db/connection', 'db/executors', 'db/tables'],
  local: ['core'],
  /** A process of drover's that starts this program again. */
  reload: ['core'],
  demo: ['core'],
  context: ['core', 'terminal'],
  http: ['core', 'render'],
  /** Tools for agents: functions of the library, which whoever serves them makes. */
  mcp: ['core', 'library', 'render'],
  settings: ['context', 'core'],
  frame: ['cockpit', 'context', 'core', 'render', 'settings', 'terminal'],
  commands: [
    ...['cockpit', 'context', 'core', 'frame', 'http', 'library', 'mcp', 'render', 'settings', 'terminal'],
  ],
  cli: ['commands', 'context', 'core', 'frame', 'render', 'terminal'],
  library: ['core', 'db', 'local', 'settings'],
  index: ['core', 'library'],
  launch: ['local', 'main'],
  main: ['context', 'cli', 'core', 'db', 'demo', 'runtime', 'reload', 'local', 'terminal'],
}

/** Where each package lives; a package that is not listed may be used in no place. */
const mayUsePackage: Record<string, readonly string[]> = {
  '@dbos-inc/dbos-sdk': ['db', 'runtime', 'local', 'demo'],
  pg: ['db', 'runtime', 'local'],
  'pg-copy-streams': ['db'],
  tsx: ['runtime'],
  commander: ['cli', 'commands', 'frame'],
  yaml: ['core', 'settings'],
  leven: ['core'],
  valibot: ['core', 'http', 'mcp'],
  '@jmespath-community/jmespath': ['core'],
  chalk: ['render'],
  'string-width': ['render', 'terminal'],
  ora: ['terminal'],
  '@clack/prompts': ['terminal'],
  '@clack/core': ['terminal'],
  hono: ['http'],
  '@hono/node-server': ['http'],
  '@valibot/to-json-schema': ['http', 'mcp'],
  '@modelcontextprotocol/server': ['mcp'],
  jose: ['core'],
  uqr: ['http', 'render'],
}

/** Modules of Node that touch the outside world: not for the folders that only compute. */
const pureFolders = ['core', 'render', 'cockpit']
const pureModules = ['node:util', 'node:crypto', 'node:buffer']

interface Import {
  readonly file: string
  readonly folder: string
  readonly specifier: string
}

const imports = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => importsOf(file))

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(source, file), 'utf8')
  const found = text.matchAll(/(?:[\s}]from|^import|[^.\w]import\()\s*'([^'\n]+)'/gm)
  return [...found].map((match) => ({ file, folder: folderOf(file), specifier: match[1] ?? '' }))
}

/** `core/errors.ts` → `core`; `main.ts` → `main`. */
function folderOf(file: string): string {
  const [first = ''] = file.split(path.sep)
  return first.replace(/\.ts$/, '')
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

const violations = (rule: (imported: Import) => boolean) =>
  imports.filter(rule).map(({ file, specifier }) => `${file} imports ${specifier}`)

test('folders import only what the table allows', () => {
  const wrong = violations(({ file, folder, specifier }) => {
    if (!specifier.startsWith('.')) return false
    const target = folderOf(path.relative(source, path.join(source, path.dirname(file), specifier)))
    const room = `${target}/${roomOf(path.join(path.dirname(file), specifier))}`
    return target !== folder && !mayImport[folder]?.some((one) => one === target || one === room)
  })
  expect(wrong).toEqual([])
})

test('every folder is in the table', () => {
  expect(
    [...new Set(imports.map(({ folder }) => folder))].filter((folder) => !(folder in mayImport)),
  ).toEqual([])
})

/** The room of a file below a folder that has rooms: `commands/answer/approve.ts` → `answer`. */
function roomOf(file: string): string | undefined {
  const parts = file.split(path.sep)
  return parts.length > 2 ? parts[1] : undefined
}

/** What a relative import names, from `src` on; undefined for packages. */
function targetOf({ file, specifier }: Import): string | undefined {
  return specifier.startsWith('.') ? path.normalize(path.join(path.dirname(file), specifier)) : undefined
}

test('families of commands do not know each other', () => {
  const wrong = violations((imported) => {
    const target = targetOf(imported)
    if (imported.folder !== 'commands' || !target?.startsWith('commands/')) return false
    const room = roomOf(imported.file)
    return room !== undefined && roomOf(target) !== room
  })
  expect(wrong).toEqual([])
})

test('no file needs itself, by way of others, not even for a type', () => {
  const needed = new Map<string, string[]>()
  for (const imported of imports) {
    const target = targetOf(imported)
    if (target) needed.set(imported.file, [...(needed.get(imported.file) ?? []), target])
  }
  const done = new Set<string>()
  const findCircle = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const next of needed.get(file) ?? []) {
      const circle = findCircle(next, [...way, file])
      if (circle) return circle
    }
    done.add(file)
    return undefined
  }
  expect([...needed.keys()].map((file) => findCircle(file, [])).find(Boolean)).toBeUndefined()
})

test('files and folders are small, and names tell files apart', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const lengths = files.map((file) => readFileSync(path.join(source, file), 'utf8').split('\n').length - 1)
  expect(files.filter((_, index) => (lengths[index] ?? 0) > 300)).toEqual([])
  expect(lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(70)

  const countBy = (keyOf: (file: string) => string) => {
    const counts = new Map<string, number>()
    for (const file of files) counts.set(keyOf(file), (counts.get(keyOf(file)) ?? 0) + 1)
    return [...counts].filter(([key]) => key !== 'index.ts')
  }
  expect(countBy(path.dirname).filter(([, count]) => count > 20)).toEqual([])
  expect(countBy((file) => path.basename(file)).filter(([, count]) => count > 1).length).toBeLessThanOrEqual(
    5,
  )
})

test('packages stay in the folders that own them', () => {
  const wrong = violations(({ folder, specifier }) => {
    if (specifier.startsWith('.') || specifier.startsWith('node:')) return false
    return !mayUsePackage[packageOf(specifier)]?.includes(folder)
  })
  expect(wrong).toEqual([])
})

test('core and render compute and touch nothing', () => {
  const wrong = violations(
    ({ folder, specifier }) =>
      pureFolders.includes(folder) && specifier.startsWith('node:') && !pureModules.includes(specifier),
  )
  expect(wrong).toEqual([])
})

test('only the composition root knows the real process', () => {
  const wrong = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) =>
        file.endsWith('.ts') &&
        ['core', 'render', 'cockpit', 'settings', 'frame', 'commands', 'cli'].includes(folderOf(file)),
    )
    .filter((file) =>
      /\bprocess\.(argv|cwd|env|exit|kill|on|once|pid|std\w+)\b/.test(
        readFileSync(path.join(source, file), 'utf8'),
      ),
    )
  expect(wrong).toEqual([])
})

/** Where a command is named in prose, for nobody to paste: help, and the names of commands that were mistyped. */
const namesCommands = [
  'cli/help-topics.ts',
  'cli/edition.ts',
  'cli/program.ts',
  'cli/run-program.ts',
  'commands/answer/decide.ts',
  'commands/manage/cancel.ts',
  'commands/serve/link.ts',
  'commands/serve/serve.ts',
  'commands/serve/token.ts',
  'commands/try/approval-part.ts',
  'commands/wait/result.ts',
  'core/files/config-schema.ts',
  'core/testing/schema/step-schema.ts',
  'core/testing/schema/test-schema.ts',
  'http/v1/inputs.ts',
  'local/presence/clients.ts',
  'local/upgrade/copy-database.ts',
  'local/upgrade/upgrade.ts',
  'render/completion-scripts.ts',
]

test('every command that is printed is made by the builder', () => {
  const names = commandGroups.flatMap(({ commands }) => commands.map(({ name }) => name))
  const glued = new RegExp(`\\bdrover (?:${names.join('|')})\\b`)
  const wrong = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !namesCommands.includes(file))
    .flatMap((file) =>
      readFileSync(path.join(source, file), 'utf8')
        .split('\n')
        .filter((line) => glued.test(line) && !/^\s*(\/?\*|\/\/)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
  expect(wrong).toEqual([])
})

/** Node's timers fire at once when they are longer than 24.8 days: only what is shorter for certain may be one of them. */
test('a timer whose length somebody chooses is one of core/words/long-timer.ts', () => {
  const wrong = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== path.join('core', 'words', 'long-timer.ts'))
    .flatMap((file) => rawTimersIn(file))
  expect(wrong).toEqual([])
})

/** Calls of Node's timers whose length is no constant of the file. */
function rawTimersIn(file: string): string[] {
  const text = readFileSync(path.join(source, file), 'utf8')
  if (!/\bset(Timeout|Interval)\b|AbortSignal\.timeout/.test(text)) return []
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const promised = [
    ...text.matchAll(/import \{ setTimeout(?: as (\w+))? \} from 'node:timers\/promises'/g),
  ].map(([, name = 'setTimeout']) => name)
  const constants = new Set(['longestTimerMs'])
  for (const [, name = ''] of text.matchAll(/^(?:export )?const (\w+) = [\d_*+/ ()]+$/gm)) constants.add(name)
  const isBounded = (node: ts.Expression | undefined): boolean => {
    if (!node) return false
    if (ts.isNumericLiteral(node)) return true
    if (ts.isIdentifier(node)) return constants.has(node.text)
    if (ts.isBinaryExpression(node)) return isBounded(node.left) && isBounded(node.right)
    if (!ts.isCallExpression(node)) return false
    const name = node.expression.getText(tree)
    return (
      (name === 'Math.min' && node.arguments.some(isBounded)) ||
      (name === 'Math.max' && node.arguments.every(isBounded))
    )
  }
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const name = node.expression.getText(tree)
      const [first, second] = node.arguments
      const length = promised.includes(name) || name === 'AbortSignal.timeout' ? first : second
      const isTimer =
        promised.includes(name) || ['setTimeout', 'setInterval', 'AbortSignal.timeout'].includes(name)
      if (isTimer && !isBounded(length))
        found.push(`${file}: ${node.getText(tree).replaceAll(/\s+/g, ' ').slice(0, 80)}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { createTestDatabase } from '../support/database.ts'
import { repository } from '../support/documented-lines.ts'
import { patience } from '../support/patience.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'

interface Step {
  readonly run?: string
  readonly if?: string
}

/** Steps that are not run here, and why. */
const notRun: Readonly<Record<string, string>> = {
  'npm ci': 'needs the registry; what it installs is linked',
}

/** An application as its owner has it, with nothing of drover's. */
const application = (body: string) => `import { DBOS } from '@dbos-inc/dbos-sdk'
DBOS.registerWorkflow(async () => { ${body} }, { name: 'smokeWorkflow' })
DBOS.setConfig({ name: 'shop', systemDatabaseUrl: process.env.DBOS_SYSTEM_DATABASE_URL })
await DBOS.launch()
console.log('launched')
`

interface Outcome {
  readonly step: string
  readonly code: number | null
  readonly output: string
}

/** The job on an empty database: like GitHub it runs each step with `bash -e`, and after a failure only the steps for it. */
async function runJob(
  job: { readonly env: Record<string, string>; readonly steps: readonly Step[] },
  body: string,
) {
  const database = await createTestDatabase({ own: false, empty: true })
  const home = await createHome()
  const folder = path.join(home, 'project')
  const shells: ChildProcess[] = []
  onTestFinished(async () => {
    for (const { pid } of shells) killGroup(pid)
    await database.drop()
    await removeHome(home)
  })
  await mkdir(path.join(folder, 'node_modules/.bin'), { recursive: true })
  await symlink(path.join(repository, 'node_modules/@dbos-inc'), path.join(folder, 'node_modules/@dbos-inc'))
  await symlink(path.join(repository, 'bin/drover.js'), path.join(folder, 'node_modules/.bin/drover'))
  await writeFile(
    path.join(folder, 'package.json'),
    '{"type": "module", "scripts": {"start": "node app.js"}}',
  )
  await writeFile(path.join(folder, 'app.js'), application(body))
  const given = Object.keys(job.env).map((name) => [name, database.target.url])
  const env = {
    ...{ PATH: process.env.PATH, HOME: home, DROVER_HOME: home, CI: 'true', GITHUB_RUN_ID: '42' },
    ...Object.fromEntries(given),
  }
  const outcomes: Outcome[] = []
  for (const { run, if: condition } of job.steps) {
    if (run === undefined || run in notRun) continue
    const hasFailed = outcomes.some(({ code }) => code !== 0)
    if (hasFailed !== (condition === 'failure()')) continue
    const shell = spawn('bash', ['-e', '-c', run], {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    shells.push(shell)
    const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'exit')])
    outcomes.push({ step: run, code: shell.exitCode, output: stdout + stderr })
  }
  return outcomes
}

/** What a step leaves in the background GitHub ends with the job. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

const readJob = async () =>
  parse(await readFile(path.join(repository, 'examples/github-actions.yml'), 'utf8')).jobs.smoke

test(
  'the steps for GitHub work as printed, on an empty Postgres with an application that is still starting',
  async () => {
    const job = await readJob()
    const outcomes = await runJob(job, "return 'fine'")
    const steps: string[] = job.steps
      .filter(({ run, if: condition }: Step) => run && !condition)
      .map(({ run }: Step) => run)
    expect(outcomes.map(({ step }) => step)).toEqual(steps.filter((step) => !(step in notRun)))
    expect(outcomes.filter(({ code }) => code !== 0)).toEqual([])
    expect(outcomes.map(({ output }) => output).join('')).toContain('"fine"')
    expect(Object.keys(notRun).filter((step) => !steps.includes(step))).toEqual([])
  },
  patience(120_000),
)

test(
  'where the smoke test fails, the job shows why: the log of the application and what became of the workflow',
  async () => {
    const outcomes = await runJob(await readJob(), "throw new Error('no stock')")
    const last = outcomes.at(-1)
    expect(outcomes.map(({ code }) => code)).toEqual([0, 1, 0])
    expect(last?.output).toContain('launched')
    expect(last?.output).toContain('no stock')
  },
  patience(120_000),
)

import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { runCli } from '../support/run-cli.ts'

const edition = 'executable'

test.each(['run checkout', 'worker --app ./app.ts', 'demo', 'db start', 'db status'])(
  'the executable leaves `drover %s` to the package, and says so',
  async (line) => {
    const [command = ''] = line.split(' ')
    const { code, stdout, stderr } = await runCli(line, { edition })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(
      `error: drover ${command} needs the package: this executable runs no workflows, it works on databases that run elsewhere.\nhint: npm install -g drover   # with Node.js 20 or newer\n`,
    )
  },
)

test('what is not about workflows of its own works in the executable as in the package', async () => {
  const store = createExampleStore
  for (const line of ['list -o json', 'get done -o json', 'doctor -o json', 'start checkout --help']) {
    const there = await runCli(line, { store: store() })
    const isDoctor = line.startsWith('doctor')
    const stdout = isDoctor ? withoutEmbedded(there.stdout) : there.stdout
    const here = await runCli(line, { store: store(), edition })
    expect({ line, ...here }).toEqual({ line, ...there, stdout: isDoctor ? expect.anything() : stdout })
    if (isDoctor) expect(JSON.parse(here.stdout)).toEqual(JSON.parse(stdout))
  }
})

/** There is none that it could tell of. */
function withoutEmbedded(text: string): string {
  const findings: readonly { readonly check: string }[] = JSON.parse(text)
  return JSON.stringify(findings.filter(({ check }) => check !== 'embedded'))
}

test('the help of the executable says what needs the package', async () => {
  const { stdout } = await runCli('--help', { edition })
  expect(stdout).toContain(
    'The executable works on databases that run elsewhere; demo, run, worker, db and --app need the package.\n',
  )
  expect(stdout).not.toContain('A first look')
})

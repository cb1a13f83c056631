import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toStartFailure } from '../../src/runtime/start-failure.ts'
import { createAppFolder } from '../support/app-folder.ts'
import { runDrover } from '../support/drover-process.ts'
import { listenLocally } from '../support/proxy-address.ts'
import { startHost } from './host-process.ts'

let appFolder: Awaited<ReturnType<typeof createAppFolder>>
beforeAll(async () => {
  appFolder = await createAppFolder()
})
afterAll(() => appFolder?.remove())

const dbos = `import { DBOS } from '@dbos-inc/dbos-sdk'
DBOS.registerWorkflow(async () => 1, { name: 'one' })
import { createServer } from 'node:http'`

test.each([
  ['nobody catches it', (port: number) => `createServer().listen(${port})`],
  [
    'the application ends the process itself',
    (port: number) => `createServer().on('error', () => process.exit(1)).listen(${port})`,
  ],
])('a port that is taken is one sentence with the ways out, where %s', async (_, listen) => {
  const server = createServer()
  const port = await listenLocally(server)
  await writeFile(
    path.join(appFolder.path, 'web.mjs'),
    `${dbos}\n${listen(port)}\nawait new Promise(() => {})`,
  )
  const run = await runDrover(['run', 'one', '--app', 'web.mjs'], {
    home: path.join(appFolder.path, 'home'),
    cwd: appFolder.path,
  })
  server.close()
  expect(run).toEqual({
    code: 9,
    stdout: '',
    stderr: [
      `error: Port ${port} is in use, probably by the running application: the module that --app names listens on it, too.`,
      'hint: enqueue with drover start WORKFLOW, give this process another port, or point --app at the module with the workflows',
      '',
    ].join('\n'),
  })
})

test('a service that the application cannot reach is named, and everything else is no such failure', () => {
  const refused = Object.assign(new Error('connect'), {
    code: 'ECONNREFUSED',
    address: '127.0.0.1',
    port: 6379,
  })
  const both = Object.assign(new AggregateError([refused]), { code: 'ECONNREFUSED' })
  for (const error of [refused, both, new Error('no redis', { cause: refused })]) {
    expect(toStartFailure(error)).toMatchObject({
      code: 'app-service-unreachable',
      message: 'The application cannot connect to 127.0.0.1:6379: ECONNREFUSED.',
    })
  }
  expect(toStartFailure(new Error('listen'))).toBeUndefined()
  expect(toStartFailure('EADDRINUSE')).toBeUndefined()
})

test('TypeScript that injects by type is told that the types are missing, and where they are', async () => {
  const source = `import { DBOS } from '@dbos-inc/dbos-sdk'
    ;(Reflect as any).getMetadata ??= () => undefined
    DBOS.registerWorkflow(async () => 1, { name: 'one' })`
  const folder = path.join(appFolder.path, 'typed')
  await mkdir(folder)
  await writeFile(path.join(folder, 'app.ts'), source)
  await writeFile(path.join(folder, 'base.json'), '{ "compilerOptions": { "emitDecoratorMetadata": true } }')
  await writeFile(
    path.join(folder, 'tsconfig.json'),
    '{ // ours\n "extends": "./base", "compilerOptions": { "paths": { "@a/*": ["./a/*"] } } }',
  )
  const typed = await startHost('app.ts', { cwd: folder })
  await typed.kill()
  expect(typed.notices).toEqual([
    'warning: app.ts is loaded without "emitDecoratorMetadata", which its tsconfig.json asks for: what is injected by type is undefined.',
    'hint: npx tsc   # builds it; then --app names what was built, such as dist/main.js',
  ])
})

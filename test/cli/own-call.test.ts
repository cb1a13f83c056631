import { afterEach, expect, test } from 'vitest'
import { findOwnCall } from '../../src/cli/own-call.ts'
import {
  command,
  otherCommand,
  phrase,
  renderPhrase,
  typeDroverAs,
} from '../../src/core/words/command-line.ts'

afterEach(() => typeDroverAs(() => 'drover'))

const local = '/shop/node_modules/.bin/drover'
const call = (
  script: string,
  { PATH = '/usr/bin', agent }: { readonly PATH?: string; readonly agent?: string } = {},
  files: readonly string[] = [local],
) =>
  findOwnCall({
    script,
    env: { PATH, ...(agent !== undefined && { npm_config_user_agent: agent }) },
    platform: 'linux',
    isThere: (file) => files.includes(file),
  })

test('a clone, and a command that is installed for all, are drover', () => {
  expect(call('/home/ada/drover/bin/drover.js')).toBe('drover')
  expect(call('/usr/local/bin/drover')).toBe('drover')
  const installed = '/usr/lib/node_modules/drover/bin/drover.js'
  expect(call(installed, {}, ['/usr/bin/drover'])).toBe('drover')
})

test('a command that only a project has is called as that is done there', () => {
  expect(call(local)).toBe('npx drover')
  const PATH = '/shop/node_modules/.bin:/node_modules/.bin:/usr/bin'
  expect(call(local, { PATH, agent: 'npm/10.8.2 node/v20.20.2 linux x64' })).toBe('npx drover')
  expect(call(local, { PATH, agent: 'pnpm/9.1.0 npm/? node/v20.20.2' })).toBe('pnpm exec drover')
  expect(call(local, { PATH, agent: 'yarn/1.22.22 npm/?' })).toBe('yarn drover')
  expect(call(local, { PATH, agent: 'constructor/1' })).toBe('npx drover')
})

test('where the shell finds it, it is drover, also for a package manager', () => {
  expect(call(local, { PATH: '/shop/node_modules/.bin:/usr/bin' })).toBe('drover')
  const everywhere = [local, '/usr/bin/drover']
  expect(call(local, { agent: 'npm/10.8.2' }, everywhere)).toBe('drover')
})

test('every command that is printed is called so, and it is found out once, when it is needed', () => {
  let count = 0
  typeDroverAs(() => {
    count++
    return 'npx drover'
  })
  expect(count).toBe(0)
  const hint = phrase`${command('get', ['a b'])} or ${otherCommand('docker ps')}, see ${command('')}`
  expect(renderPhrase(hint, ['--profile', 'eu'])).toBe(
    `npx drover get 'a b' --profile eu or docker ps, see npx drover`,
  )
  expect(count).toBe(1)
})

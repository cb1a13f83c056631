import { expect, test } from 'vitest'
import { droverHome } from '../../../src/local/cluster/home.ts'

const ada = { platform: 'linux', uid: 1000, homeDirectory: '/home/ada' } as const

test('files lie in the state directory of the user', () => {
  expect(droverHome({}, ada)).toBe('/home/ada/.local/state/drover')
  expect(droverHome({ XDG_STATE_HOME: '/data/ada' }, ada)).toBe('/data/ada/drover')
})

test('a relative XDG directory is ignored, as its specification says', () => {
  expect(droverHome({ XDG_STATE_HOME: 'state' }, ada)).toBe('/home/ada/.local/state/drover')
})

test('on macOS they lie in Application Support', () => {
  expect(droverHome({}, { ...ada, platform: 'darwin', homeDirectory: '/Users/ada' })).toBe(
    '/Users/ada/Library/Application Support/drover',
  )
})

test('root keeps them where the user that runs the server may go', () => {
  const root = { platform: 'linux', uid: 0, homeDirectory: '/root' } as const
  expect(droverHome({ XDG_STATE_HOME: '/root/state' }, root)).toBe('/var/lib/drover')
})

test('DROVER_HOME moves them, also for root', () => {
  expect(droverHome({ DROVER_HOME: '/srv/drover' }, { ...ada, uid: 0 })).toBe('/srv/drover')
  expect(droverHome({ DROVER_HOME: 'here' }, ada)).toBe(`${process.cwd()}/here`)
})

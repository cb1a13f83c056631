import { expect, test } from 'vitest'
import { countInTable } from '../../../src/local/server/shared-memory.ts'

const linux = `       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime
  55001234          7   600                    56   812  1200      3   101   104   101   104 1700000000          0 1700000000
         0          8   600                    56   900   900      0   101   104   101   104 1700000000          0 1700000000
`

const macos = `IPC status from <running system> as of Tue Sep  1 10:00:00 UTC 2026
T     ID     KEY        MODE       OWNER    GROUP NATTCH
Shared Memory:
m  65536 0x0052e2c1 --rw-------      ada    staff      6
m  65537 0x0052e2c2 --rw-------      ada    staff      0
`

test('the table of Linux tells who is attached to a segment', () => {
  expect([7, 8, 9].map((id) => countInTable(linux, 'shmid', 'nattch', id))).toEqual([3, 0, 0])
})

test('so does the table of macOS', () => {
  expect([65536, 65537, 1].map((id) => countInTable(macos, 'ID', 'NATTCH', id))).toEqual([6, 0, 0])
})

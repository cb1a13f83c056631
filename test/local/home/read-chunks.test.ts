import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readChunks } from '../../../src/local/home/read-chunks.ts'
import { readTextFile } from '../../../src/local/home/read-text-file.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'drover-chunks-'))
  await mkdir(path.join(directory, 'folder'))
  await writeFile(path.join(directory, 'file'), 'für\n日本')
})
afterAll(() => rm(directory, { recursive: true }))

const never = new AbortController().signal

async function read(file: string, interrupt = never): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await readChunks(file, interrupt)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

test.each([
  ['nothing', /^nothing cannot be read: ENOENT/],
  ['folder', /folder cannot be read: it is a folder/],
  ['/dev/zero', /it is a device/],
  ['/dev/null', /it is a device/],
  ['file/below', /cannot be read: ENOTDIR/],
])('what is no file is refused before anything is read: %s', async (name, says) => {
  const file = name === 'nothing' ? name : path.resolve(directory, name)
  await expect(readChunks(file, never)).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringMatching(says),
  })
})

test('a file and a pipe are read to their end', async () => {
  expect(await read(path.join(directory, 'file'))).toBe('für\n日本')
  const pipe = path.join(directory, 'pipe')
  execFileSync('mkfifo', [pipe])
  const writer = spawn('sh', ['-c', `cat "${path.join(directory, 'file')}" > "${pipe}"`])
  const closed = once(writer, 'close')
  expect(await read(pipe)).toBe('für\n日本')
  await closed
})

test('a pipe into which nobody writes ends with ctrl-c', async () => {
  const pipe = path.join(directory, 'silent')
  execFileSync('mkfifo', [pipe])
  const interrupt = new AbortController()
  const reading = read(pipe, interrupt.signal)
  setImmediate(() => interrupt.abort('SIGINT'))
  expect(await reading).toBe('')
})

test('as a whole a file is there or is none, and a pipe is read to its end', async () => {
  const file = path.join(directory, 'file')
  expect(await readTextFile(file)).toBe('für\n日本')
  expect(await readTextFile(path.join(directory, 'nothing'))).toBeUndefined()
  expect(await readTextFile(path.join(file, 'below'))).toBeUndefined()
  await expect(readTextFile('/dev/zero')).rejects.toThrow('has no end')
  const pipe = path.join(directory, 'whole')
  execFileSync('mkfifo', [pipe])
  const writer = spawn('sh', ['-c', `cat "${file}" > "${pipe}"`])
  const closed = once(writer, 'close')
  expect(await readTextFile(pipe)).toBe('für\n日本')
  await closed
})

test('of a pipe that is interrupted nobody takes the half for the whole', async () => {
  const pipe = path.join(directory, 'half')
  execFileSync('mkfifo', [pipe])
  const interrupt = new AbortController()
  const writer = spawn('sh', ['-c', `exec > "${pipe}"; echo order-1; exec sleep 600`])
  const closed = once(writer, 'close')
  const reading = readTextFile(pipe, interrupt.signal)
  interrupt.abort('SIGTERM')
  await expect(reading).rejects.toMatchObject({ code: 'interrupted' })
  writer.kill('SIGKILL')
  await closed
})

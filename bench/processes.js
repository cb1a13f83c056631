import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds since 1970, with their fractions; the same clock in every process. */
export function now() {
  return performance.timeOrigin + performance.now()
}

/** A whole process whose output comes line by line. */
export function spawnProcess([command, ...args], env, { stdout = 'pipe' } = {}) {
  const child = spawn(command, args, { env, stdio: ['ignore', stdout, 'pipe'] })
  const talk = []
  const listeners = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    talk.push(line)
    for (const listener of listeners) listener(line)
  })
  const ended = once(child, 'exit').then(([code]) => ({ code, endedAt: now() }))
  return {
    child,
    ended,
    succeeded: ended.then(({ code, endedAt }) => {
      if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${code}: ${talk.join(' ')}`)
      return endedAt
    }),
    kill: (signal) => child.kill(signal),
    onStderrLine: (listener) => listeners.push(listener),
    /** Lines of stdout, with when each came. */
    onLine: (listener) =>
      createInterface({ input: child.stdout }).on('line', (line) => listener(line, now())),
  }
}

const glanceMs = 50
const quietShare = 0.8
const patienceMs = 1000

/** Waits for a moment in which others leave the processors alone, but not for ever. */
export async function quietMoment() {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += glanceMs) {
    const before = processorTimes()
    await sleep(glanceMs)
    const after = processorTimes()
    if ((after.idle - before.idle) / (after.all - before.all) >= quietShare) return
  }
}

function processorTimes() {
  const times = os.cpus().map((processor) => processor.times)
  const sum = (values) => values.reduce((total, value) => total + value, 0)
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((time) => Object.values(time))) }
}

/** How long each command takes from its start to its end, in turns, after one round that does not count. */
export async function timeInTurns(commands, env, rounds) {
  const samples = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    await quietMoment()
    for (const [name, command] of Object.entries(commands)) {
      const startedAt = now()
      const running = spawnProcess(command, env)
      running.child.stdout.resume()
      const endedAt = await running.succeeded
      if (round >= 0) samples[name].push(endedAt - startedAt)
    }
  }
  return samples
}

/** The most that a process that runs has held in memory so far; Linux only, 0 elsewhere. */
export function peakMegabytes(pid) {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000
  } catch {
    return 0
  }
}

export function isInstalled(program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { runDrover } from './drover-process.ts'

/** For an embedded database: short enough for a socket, and open to the user that runs the server where the tests run as root. */
export async function createHome(): Promise<string> {
  const home = await mkdtemp('/tmp/drover-test-')
  await chmod(home, 0o755)
  return home
}

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true })
}

/** For a home whose embedded database may still run. */
export async function stopAndRemoveHome(home: string): Promise<void> {
  await runDrover(['db', 'stop', '--force'], { home })
  await removeHome(home)
}

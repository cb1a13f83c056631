const leftovers: (() => unknown)[] = []

/**
 * What a test file left behind goes when it ends, the newest first, also where a test failed or never came to its own
 * cleaning. `remove` does no harm to what was removed before.
 */
export function atEndOfFile(remove: () => unknown): void {
  leftovers.push(remove)
}

export async function removeLeftovers(): Promise<void> {
  for (const remove of leftovers.splice(0).reverse()) await remove()
}

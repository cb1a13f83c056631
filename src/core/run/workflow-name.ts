import type { Store } from '../store.ts'
import type { WorkflowOrigin } from './start.ts'

/** `Class.name`, as `get` and `start` print it. */
export function qualifiedName(className: string | null | undefined, name: string): string {
  return className ? `${className}.${name}` : name
}

export interface NamedOrigins {
  readonly name: string
  /** Undefined: any class of that name. */
  readonly className: string | undefined
  readonly origins: readonly WorkflowOrigin[]
}

/**
 * How a workflow ran before whose name was typed as `name` or as `Class.name`. A name that ran with its dots wins; one that
 * never ran is taken as it was typed.
 */
export async function findOrigins(
  store: Pick<Store, 'origins'>,
  typed: string,
  className: string | undefined,
): Promise<NamedOrigins> {
  const origins = await store.origins(typed)
  if (origins.length > 0) return { name: typed, className, origins: ofClass(origins, className) }
  for (const split of splitsOf(typed)) {
    const own = (await store.origins(split.name)).filter((origin) => origin.className === split.className)
    const isMeant = className === undefined || className === split.className
    if (own.length > 0 && isMeant) return { ...split, origins: own }
  }
  return { name: typed, className, origins }
}

/** Those of this class, where it ran at all. */
function ofClass(
  origins: readonly WorkflowOrigin[],
  className: string | undefined,
): readonly WorkflowOrigin[] {
  const own = origins.filter((origin) => origin.className === className)
  return own.length > 0 ? own : origins
}

/** Every way to read dots, for a class and a name may both contain some. */
function splitsOf(typed: string): readonly { readonly className: string; readonly name: string }[] {
  const parts = typed.split('.')
  return parts
    .slice(1)
    .map((_, index) => ({
      className: parts.slice(0, index + 1).join('.'),
      name: parts.slice(index + 1).join('.'),
    }))
    .filter(({ className, name }) => className !== '' && name !== '')
}

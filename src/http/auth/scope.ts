/** What a token may do; each includes those before it. */
export const scopes = ['read', 'answer', 'start'] as const

export type Scope = (typeof scopes)[number]

export function includesScope(granted: Scope, needed: Scope): boolean {
  return scopes.indexOf(granted) >= scopes.indexOf(needed)
}

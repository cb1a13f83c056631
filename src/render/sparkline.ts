const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** A bar for each number, the largest one full and none empty; nothing where all are zero. */
export function renderSparkline(numbers: readonly number[]): string {
  const largest = Math.max(0, ...numbers)
  if (largest === 0) return ''
  return numbers
    .map((number) => (number <= 0 ? bars[0] : bars[Math.ceil((number / largest) * (bars.length - 1))]))
    .join('')
}

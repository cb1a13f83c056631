import { afterAll } from 'vitest'
import { removeLeftovers } from './end-of-file.ts'

// The first to ask for the end of each test file is the last to come.
afterAll(removeLeftovers)

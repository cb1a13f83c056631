import type { Signature } from '../../core/record/signature.ts'
import type { Session } from '../connection/connect.ts'
import type { SystemSchema } from './schema.ts'

/** The system database of an application: how it is asked, and which of DBOS's tables and columns are there. */
export interface Database {
  readonly session: Session
  readonly schema: SystemSchema
  /** Who asks; undefined where what is done is nobody's. */
  readonly signature?: Signature
}

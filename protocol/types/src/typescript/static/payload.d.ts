/**
 * Any value: JSON, and binary data (`Uint8Array`, `ArrayBuffer`, `Blob`) at any depth.
 *
 * Functions are none: they have `bind`.
 */
export type Payload =
  | string
  | number
  | boolean
  | null
  | readonly any[]
  | { readonly [member: string]: any; readonly bind?: never };

/** Why something was refused: any value that counts as true. */
export type Reason = string | number | true | object;

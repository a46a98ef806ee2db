import { fileURLToPath } from 'node:url';

/** The checkout. */
export const projectFolder: string = fileURLToPath(new URL('../../', import.meta.url));

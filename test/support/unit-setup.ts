import { jest } from '@jest/globals';

/** Far above what any of them needs: on a busy machine time passes, and that is no failure. */
jest.setTimeout(60_000);

import { jest } from '@jest/globals';

/** Real servers on a busy machine: every wait has its own, shorter bound and says what it waited for. */
jest.setTimeout(300_000);
